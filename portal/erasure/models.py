"""Who asked that what is erased, who else agreed, and what came of it.

Nothing here names the person: `subject` is the trail's own pseudonym (`case:2611-0472`).
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User


class Ground(models.TextChoices):
    """PIPL art. 47; `period` is no request but the end of a retention period."""

    PURPOSE = "purpose", _("目的已实现，或不再需要")
    STOPPED = "stopped", _("停止了这项服务")
    CONSENT = "consent", _("本人撤回同意")
    UNLAWFUL = "unlawful", _("收集错了，或违反法律、约定")
    PERIOD = "period", _("保存期满")


# What should never have been here is no record that the law wants kept.
BEATS_PERIOD = frozenset({Ground.UNLAWFUL, Ground.PERIOD})


class Request(models.Model):
    class State(models.TextChoices):
        WAITING = "waiting", _("等另一个人批准")
        APPROVED = "approved", _("已执行")
        REFUSED = "refused", _("没有批准")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    ground = models.CharField(max_length=12, choices=Ground)
    words = models.CharField(max_length=200, blank=True, help_text="names nobody")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Whose account that was: the same person decides from no other (portal.accounts.two_people).
    asker_person = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    refusal = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
                name="erasure_by_two_people",
            ),
            models.CheckConstraint(
                condition=Q(state="waiting", decided_by=None)
                | (~Q(state="waiting") & Q(decided_by__isnull=False)),
                name="erasure_decided_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["state", "-asked_at"])]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def subject(self) -> str:
        return f"erasure:{self.public_id}"


class Item(models.Model):
    """One thing of a request, or one that was erased by the list after a restore (`request` is
    empty). `removed` counts what went: {"openings": 12, "files": 3}."""

    class State(models.TextChoices):
        WAITING = "waiting", _("等批准")
        ERASED = "erased", _("已删除")
        LOCKED = "locked", _("已封存")
        LEFT = "left", _("没有动")

    request = models.ForeignKey(
        Request, on_delete=models.PROTECT, null=True, blank=True, related_name="items"
    )
    subject = models.CharField(max_length=64, db_index=True)
    ground = models.CharField(max_length=12, choices=Ground)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    at = models.DateTimeField(null=True, blank=True, help_text="when it was erased or locked")
    until = models.DateTimeField(null=True, blank=True, help_text="so long the law keeps it")
    removed = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject"], condition=Q(state="waiting"), name="one_erasure_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["subject"], condition=Q(state="locked"), name="locked_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject}: {self.state}"


class LeftFile(models.Model):
    """A stored file whose row is gone, until the store has let go of it as well."""

    name = models.CharField(max_length=200, unique=True)
    since = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


def locked_subjects():
    """For a subquery: what may be stored and not be used."""
    return Item.objects.filter(state=Item.State.LOCKED).values("subject")
