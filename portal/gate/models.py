"""People without an account: links that carry a right, browsers that hold one, codes that prove
a contact. Tokens are stored as SHA-256 of 256 random bits: a stolen table opens nothing.

`purpose` names what the right is for ("case", "payment", "invitation"), `subject` the one thing
it is for (a public id). Lower floors do not know what stands behind them.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Link(models.Model):
    """A capability link. Reading its page uses up nothing; a POST exchanges it for a pass."""

    token_hash = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=24)
    subject = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    single_use = models.BooleanField(default=False)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["purpose", "subject"])]

    def __str__(self) -> str:
        return f"{self.purpose}:{self.subject}"


class Pass(models.Model):
    """This browser may see this thing until then."""

    browser_hash = models.CharField(max_length=64)
    purpose = models.CharField(max_length=24)
    subject = models.CharField(max_length=64)
    link = models.ForeignKey(Link, on_delete=models.CASCADE, null=True, blank=True)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["browser_hash", "purpose", "subject"],
                name="one_pass_per_browser_and_thing",
            )
        ]
        indexes = [models.Index(fields=["purpose", "subject"])]

    def __str__(self) -> str:
        return f"{self.purpose}:{self.subject}"


class Code(models.Model):
    """A one-time code: 6 digits, 10 minutes, 5 tries, bound to the browser that asked for it."""

    public_id = models.UUIDField(unique=True)
    contact_hash = models.CharField(max_length=64)
    purpose = models.CharField(max_length=24)
    subject = models.CharField(max_length=64)
    code_hash = models.CharField(max_length=64)
    browser_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["contact_hash", "created_at"]),
            models.Index(fields=["browser_hash", "expires_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.purpose}:{self.subject}"


class Counter(models.Model):
    """How often something was tried, in the running period and the one before it.

    The key is a keyed hash: a table of counters must not be a list of card tails.
    """

    key = models.CharField(max_length=44, primary_key=True)
    period_no = models.BigIntegerField(help_text="seconds since 1970, divided by the period")
    count = models.PositiveIntegerField()
    previous = models.PositiveIntegerField(default=0)
    last_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.key}: {self.count}"


class Posture(models.Model):
    """How wary the look-up is: one row, changed by the gate itself or by a supervisor."""

    class Mode(models.TextChoices):
        AUTO = "auto", _("自动")
        RAISED = "raised", _("始终多问一项")
        LIFTED = "lifted", _("暂不进入防护模式")

    mode = models.CharField(max_length=8, choices=Mode, default=Mode.AUTO)
    mode_until = models.DateTimeField(null=True, blank=True)
    usual_failures = models.PositiveIntegerField(
        default=0, help_text="in this hour of the day, by the last four weeks"
    )
    attack_since = models.DateTimeField(null=True, blank=True)
    attack_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.mode


class Attempt(models.Model):
    """One look-up that could be read: what was tried, never with what. Kept for twelve months."""

    class Outcome(models.TextChoices):
        FOUND = "found", _("找到")
        MORE = "more", _("请补一项")

    at = models.DateTimeField()
    tail_hash = models.CharField(max_length=44)
    cell_hash = models.CharField(max_length=44)
    amount_bucket = models.PositiveSmallIntegerField(help_text="the number of the amount's digits")
    network = models.CharField(max_length=48, blank=True, help_text="IPv4 /24 or IPv6 /48")
    detail = models.CharField(max_length=12, blank=True, help_text="merchant, code: what was added")
    outcome = models.CharField(max_length=8, choices=Outcome)
    matched = models.BooleanField(help_text="exactly one payment fitted, told or not")
    reached = models.CharField(max_length=120, blank=True, help_text="limits that were reached")
    subject = models.CharField(max_length=64, blank=True, help_text="the payment that was shown")
    canary = models.CharField(
        max_length=64, blank=True, db_default="", help_text="the canary payment that fitted"
    )
    alarm_due = models.BooleanField(
        default=False, db_default=False, help_text="a canary was hit, and nobody has been told yet"
    )

    class Meta:
        indexes = [
            models.Index(fields=["at"]),
            models.Index(fields=["cell_hash", "at"]),
            models.Index(fields=["at"], condition=~Q(canary=""), name="attempt_at_a_canary"),
            models.Index(fields=["id"], condition=Q(alarm_due=True), name="attempt_to_tell_of"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.outcome}"


class Tally(models.Model):
    """How many look-ups of one hour ended alike: what is left of the log for charts."""

    hour = models.DateTimeField(help_text="its beginning, UTC")
    outcome = models.CharField(max_length=8, choices=Attempt.Outcome)
    matched = models.BooleanField()
    detail = models.CharField(max_length=12, blank=True)
    reached = models.CharField(max_length=120, blank=True)
    count = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["hour", "outcome", "matched", "detail", "reached"],
                name="one_tally_of_an_hour_and_an_end",
            )
        ]

    def __str__(self) -> str:
        return f"{self.hour:%F %H}: {self.count}"


class UsedWork(models.Model):
    """A piece of work that came with a look-up: it is good for one. A look-up that brought none,
    or none that counts, leaves a row as well, of nothing: what is written must not tell them apart.
    """

    signature_hash = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField()
    uses = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.signature_hash[:8]


class HeldAnswer(models.Model):
    """A question whose answer is handed out when its time has come; see gate.floor."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    browser_hash = models.CharField(max_length=64, help_text="of the browser that asked")
    question = models.TextField(help_text="sealed")
    asked_at = models.DateTimeField(db_index=True)
    ready_at = models.DateTimeField(help_text="not before this is the answer handed out")
    begun_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    subject = models.CharField(max_length=64, blank=True, help_text="what may be shown, if any")

    def __str__(self) -> str:
        return str(self.id)
