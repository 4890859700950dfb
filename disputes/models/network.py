"""What a card network sends and is sent about one payment: inquiry, retrieval, chargeback and what
follows (UnionPay's error handling, Q/CUP 054.2-2013). The rules: disputes.policy.network."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from disputes.models.case import Case
from disputes.models.policy import PolicyVersion
from portal.accounts.models import Organisation, User
from portal.uploads.models import Upload
from receipts.models import Merchant, Payment

LONGEST_TEXT = 1000


class State(models.TextChoices):
    """Where the track stands: who of the two sides is to act."""

    BEGUN = "begun", _("还没有往来")
    INQUIRED = "inquired", _("等我们查复")
    ANSWERED = "answered", _("已查复")
    INQUIRY_MISSED = "inquiry_missed", _("查询过期没有答复")
    RETRIEVING = "retrieving", _("等我们回复调单")
    RETRIEVED = "retrieved", _("已回复调单")
    RETRIEVAL_MISSED = "retrieval_missed", _("调单过期没有回复")
    CHARGED_BACK = "charged_back", _("退单，等我们决定")
    REPRESENTED = "represented", _("已再请款，等发卡行")
    CHARGED_BACK_AGAIN = "charged_back_again", _("二次退单，等我们决定")
    NEGOTIATING = "negotiating", _("例外协商中")
    ADJUSTED = "adjusted", _("已贷记调整")
    WON = "won", _("退单已追回")
    LOST = "lost", _("退单已承担")


class CardKind(models.TextChoices):
    """The two kinds of which the network's rules differ."""

    UNKNOWN = "", _("还不知道")
    DEBIT = "debit", _("借记卡")
    CREDIT = "credit", _("贷记卡")


class NetworkDisputeQuerySet(models.QuerySet):
    def visible_to(self, actor):
        """As cases are: a merchant's own, and none whose case is locked (PIPL art. 47)."""
        if actor is None:
            return self.none()
        seen = self.filter(case__locked_at=None)
        if actor.is_merchant:
            return seen.filter(organisation=actor.organisation)
        if actor.is_institution and actor.role != "administrator":
            return seen
        return self.none()


class NetworkDispute(models.Model):
    """One track for each payment. The steps are the history; the columns are kept in step with
    them by disputes.network.track, so that the database can hold the rules about money."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    payment = models.OneToOneField(
        Payment, on_delete=models.PROTECT, null=True, blank=True, related_name="network_dispute"
    )
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, related_name="network_disputes", help_text="the latest"
    )
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    policy = models.ForeignKey(PolicyVersion, on_delete=models.PROTECT)
    state = models.CharField(max_length=20, choices=State, default=State.BEGUN)
    card_kind = models.CharField(
        max_length=8, choices=CardKind, default=CardKind.UNKNOWN, blank=True
    )
    card_kind_from = models.CharField(
        max_length=8, blank=True, help_text="payment | network | staff: who said so"
    )
    currency = models.CharField(max_length=3, default="CNY")
    amount_minor = models.BigIntegerField(help_text="fen of the payment, the most of everything")
    inquiries = models.PositiveSmallIntegerField(default=0)
    retrievals = models.PositiveSmallIntegerField(default=0)
    retrieval_missed = models.BooleanField(default=False)
    charged_back_minor = models.BigIntegerField(default=0, help_text="fen of the chargeback")
    adjusted_minor = models.BigIntegerField(default=0, help_text="fen of the credit adjustment")
    manual_minor = models.BigIntegerField(default=0, help_text="fen of manual refunds")
    lost_minor = models.BigIntegerField(default=0, help_text="fen of the chargeback that we bear")
    due_at = models.DateTimeField(null=True, blank=True, help_text="our last moment to answer")
    slip_due_at = models.DateTimeField(
        null=True, blank=True, help_text="the merchant's last moment to give the signed slip"
    )
    tell_at = models.DateTimeField(null=True, blank=True, help_text="when the sweep is to look")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = NetworkDisputeQuerySet.as_manager()

    class Meta:
        verbose_name = _("银联差错")
        verbose_name_plural = _("银联差错")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=list(State)), name="network_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(card_kind__in=list(CardKind)), name="network_card_kind_is_known"
            ),
            models.CheckConstraint(condition=Q(inquiries__lte=2), name="two_inquiries_at_most"),
            models.CheckConstraint(condition=Q(retrievals__lte=1), name="one_retrieval_at_most"),
            models.CheckConstraint(
                condition=Q(adjusted_minor=0) | Q(charged_back_minor=0, manual_minor=0),
                name="adjustment_excludes_chargeback_and_manual_refund",
            ),
            models.CheckConstraint(
                condition=Q(
                    charged_back_minor__gte=0,
                    charged_back_minor__lte=F("amount_minor"),
                    adjusted_minor__gte=0,
                    adjusted_minor__lte=F("amount_minor"),
                    manual_minor__gte=0,
                    manual_minor__lte=F("amount_minor"),
                    lost_minor__gte=0,
                    lost_minor__lte=F("charged_back_minor"),
                ),
                name="network_amounts_within_the_payment",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tell_at", "id"],
                condition=Q(tell_at__isnull=False),
                name="network_to_tell_of",
            ),
            models.Index(fields=["state", "due_at", "id"], name="network_by_state"),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def subject(self) -> str:
        """How the audit trail and uploads name this track."""
        return f"network:{self.public_id}"


class NetworkStep(models.Model):
    """One message to or from the network, or what the clock did. Never changed."""

    dispute = models.ForeignKey(NetworkDispute, on_delete=models.PROTECT, related_name="steps")
    code = models.CharField(max_length=12, help_text="a key of disputes.policy.network.STEPS")
    at = models.DateTimeField(help_text="when it was received or sent")
    entered_at = models.DateTimeField(help_text="when it was written down here")
    amount_minor = models.BigIntegerField(null=True, blank=True, help_text="fen")
    reason_code = models.CharField(max_length=12, blank=True, help_text="the network's own")
    network_ref = models.CharField(max_length=40, blank=True, help_text="the network's own number")
    text = models.CharField(max_length=LONGEST_TEXT, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, help_text="until when it is answered")
    due_said = models.BooleanField(default=False, help_text="that moment stood in the message")
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(amount_minor__isnull=True) | Q(amount_minor__gt=0),
                name="network_amount_is_positive",
            ),
            models.UniqueConstraint(
                fields=["network_ref", "code"],
                condition=~Q(network_ref=""),
                name="a_network_message_once",
            ),
            # What may happen once in a track's life, whatever two people press at the same time.
            models.UniqueConstraint(
                fields=["dispute", "code"],
                condition=Q(code__in=["E04", "E05", "E23", "E24", "E25", "E26", "E32"]),
                name="a_network_step_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dispute_id}: {self.code}"


class NetworkWord(models.Model):
    """Somebody was told of a deadline of a step: each word once."""

    class What(models.TextChoices):
        IN_72 = "in_72", _("还剩 72 小时")
        IN_24 = "in_24", _("还剩 24 小时")
        SLIP_72 = "slip_72", _("商户还剩 72 小时")
        SLIP_24 = "slip_24", _("商户还剩 24 小时")
        SLIP_MISSED = "slip_missed", _("商户没有按时上传")
        MISSED = "missed", _("时限已过")

    step = models.ForeignKey(NetworkStep, on_delete=models.PROTECT, related_name="words")
    what = models.CharField(max_length=12, choices=What)
    at = models.DateTimeField()
    told = models.BooleanField(
        default=True, help_text="no: a later word overtook it while nobody was there to tell"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["step", "what"], name="a_network_word_once")]

    def __str__(self) -> str:
        return f"{self.step_id}: {self.what}"


class SignedSlip(models.Model):
    """The signed original as its merchant uploaded it: what a retrieval wants."""

    dispute = models.ForeignKey(NetworkDispute, on_delete=models.PROTECT, related_name="slips")
    upload = models.OneToOneField(Upload, on_delete=models.PROTECT)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.dispute_id}: {self.upload_id}"


def evidence_file(evidence: "NetworkEvidence", _filename: str) -> str:
    return f"network/{evidence.sha256[:2]}/{evidence.sha256}.zip"


class NetworkEvidence(models.Model):
    """What was sent to the network for one step: written once, never changed (triggers)."""

    step = models.OneToOneField(NetworkStep, on_delete=models.PROTECT, related_name="evidence")
    items = models.JSONField(help_text="[{name, what, size, sha256}] in the order of the file")
    file = models.FileField(upload_to=evidence_file, max_length=120)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField(help_text="bytes")

    def __str__(self) -> str:
        return f"{self.step_id}: {self.sha256[:12]}"
