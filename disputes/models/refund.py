"""A refund: proposed by one person, approved by another, executed by a gateway, confirmed by a
file."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from disputes.models.case import Case
from disputes.models.money_back import MoneyBack
from portal.accounts.models import User
from receipts.models import Payment, Reversal


class Refund(models.Model):
    """Its number is the key under which the gateway knows it, once and for ever, and under which
    the book of `MoneyBack` counts it. What an approval binds, the database holds
    (`disputes.refund_guard`): amount and version as they were read, two people, and that the
    approver's second factor was shown within five minutes. A step of the card network that gives
    money away is proposed and approved here too (`dispute`), and is taken with its approval.
    """

    class Kind(models.TextChoices):
        REFUND = "refund", _("退货")
        VOID = "void", _("当日撤销")
        # Steps of the card network that give money away or give it up (disputes.policy.network).
        ADJUSTMENT = "adjusted", _("贷记调整")
        BY_HAND = "by_hand", _("手工退货")
        ACCEPTED = "accepted", _("接受退单")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("等批准")
        APPROVED = "approved", _("已批准，等执行")
        SENT = "sent", _("已送出，等结果")
        UNKNOWN = "unknown", _("结果不明，正在查询")
        EXECUTED = "executed", _("已执行，等对账确认")
        CONFIRMED = "confirmed", _("对账文件已确认")
        FAILED = "failed", _("没有退成")
        REFUSED = "refused", _("没有批准")
        WITHDRAWN = "withdrawn", _("已撤回")

    class Gateway(models.TextChoices):
        MANUAL = "manual", _("人工执行")
        HTTP = "http", _("接口执行")

    number = models.CharField(max_length=16, unique=True)  # R2611-0472-1
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    dispute = models.ForeignKey(
        "disputes.NetworkDispute",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="refunds",
        help_text="the track of the step that this is",
    )
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.REFUND)
    amount_minor = models.BigIntegerField(help_text="fen")
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=1000, help_text="for whoever approves")
    state = models.CharField(max_length=10, choices=State, default=State.PROPOSED)
    version = models.PositiveSmallIntegerField(default=1, help_text="grows with each edit")
    submission_key = models.UUIDField(unique=True, default=uuid.uuid4)

    # Whose words this version is, and what that person's role may let go alone.
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposer_role = models.CharField(max_length=16)
    proposer_person = models.CharField(max_length=64)
    limit_minor = models.BigIntegerField(help_text="fen")
    proposed_at = models.DateTimeField()

    approved_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approver_person = models.CharField(max_length=64, blank=True)
    approved_minor = models.BigIntegerField(null=True, blank=True, help_text="as it was read")
    approved_version = models.PositiveSmallIntegerField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    proved_at = models.DateTimeField(
        null=True, blank=True, help_text="when the approver showed the code of the second factor"
    )

    gateway = models.CharField(max_length=8, choices=Gateway, blank=True)
    reference = models.CharField(max_length=64, blank=True, help_text="the acquirer's own")
    error = models.CharField(max_length=64, blank=True, help_text="a code, never a text of theirs")
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0, help_text="sendings and questions")
    next_at = models.DateTimeField(
        null=True, blank=True, help_text="when a worker is to look at it again"
    )
    executed_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True, help_text="when the money should be there")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    reversal = models.OneToOneField(
        Reversal,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="refund",
        help_text="the row of a file or feed that confirmed it",
    )
    ended_at = models.DateTimeField(null=True, blank=True, help_text="it does not come about")
    ended_why = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("退款")
        verbose_name_plural = _("退款")
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_is_of_something"),
            models.CheckConstraint(
                condition=Q(
                    state__in=[
                        "proposed",
                        "approved",
                        "sent",
                        "unknown",
                        "executed",
                        "confirmed",
                        "failed",
                        "refused",
                        "withdrawn",
                    ]
                ),
                name="refund_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["proposed", "refused", "withdrawn"], approved_by=None)
                | Q(
                    ~Q(state__in=["proposed", "refused", "withdrawn"]),
                    approved_by__isnull=False,
                    approved_minor=F("amount_minor"),
                    approved_version=F("version"),
                    approved_at__isnull=False,
                    gateway__in=["manual", "http"],
                ),
                name="what_moves_is_what_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | Q(amount_minor__lte=F("limit_minor"))
                | (~Q(approved_by=F("proposed_by")) & ~Q(approver_person=F("proposer_person"))),
                name="a_refund_needs_two_people",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["refund", "void"], dispute=None)
                | Q(kind__in=["adjusted", "by_hand", "accepted"], dispute__isnull=False),
                name="steps_of_the_network_have_a_track",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["executed", "confirmed"]) | Q(due_on__isnull=False),
                name="an_executed_refund_has_its_day",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["failed", "refused", "withdrawn"], ended_at__isnull=False)
                | (~Q(state__in=["failed", "refused", "withdrawn"]) & Q(ended_at=None)),
                name="what_ended_has_its_time",
            ),
            models.UniqueConstraint(
                fields=["case"], condition=Q(state="proposed"), name="one_proposal_waits"
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=Q(next_at__isnull=False),
                name="refunds_to_look_at",
            ),
            models.Index(fields=["state", "due_on"], name="refunds_by_state"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def key(self) -> str:
        """In the book of money that goes back."""
        return f"refund:{self.number}"

    @property
    def book_kind(self) -> str:
        return MoneyBack.Kind.VOID if self.kind == self.Kind.VOID else MoneyBack.Kind.REFUND

    @property
    def needs_second(self) -> bool:
        return self.amount_minor > self.limit_minor
