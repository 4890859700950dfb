"""What goes back of a payment's money, whichever way: the one book that all of them share."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from disputes.models.case import Case
from receipts.models import Payment


class MoneyBack(models.Model):
    """One effect on the money of one payment. Written by `disputes.money_back` alone; triggers of
    the database (`disputes.money_guard`) hold that all that counts, together with the refunds that
    the files brought (`Payment.refunded_minor`), is never more than was captured.
    """

    class Kind(models.TextChoices):
        REFUND = "refund", _("退款")
        VOID = "void", _("撤销")
        ADJUSTMENT = "adjustment", _("贷记调整")
        CHARGEBACK = "chargeback", _("退单损失")

    class State(models.TextChoices):
        RESERVED = "reserved", _("已留出")  # agreed; nothing has left the house
        SENT = "sent", _("已送出")  # somebody outside has it: the outcome is theirs
        DONE = "done", _("已完成")
        RELEASED = "released", _("已放开")  # it does not come about; it counts no more

    key = models.CharField(
        max_length=60, unique=True, help_text="who reserved it: refund:R2611-0001, dispute:17"
    )
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="money_back")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="money_back")
    kind = models.CharField(max_length=12, choices=Kind)
    amount_minor = models.BigIntegerField(help_text="fen")
    state = models.CharField(max_length=10, choices=State, default=State.RESERVED)
    in_files = models.BooleanField(
        default=False,
        help_text="a file or feed told of it: it stands in Payment.refunded_minor from then on",
    )
    reserved_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="money_back_is_some"),
            models.CheckConstraint(
                condition=Q(kind__in=["refund", "void", "adjustment", "chargeback"]),
                name="money_back_kind_is_known",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["reserved", "sent", "done", "released"]),
                name="money_back_state_is_known",
            ),
            models.CheckConstraint(
                condition=Q(in_files=False) | Q(state="done"), name="what_files_tell_of_is_done"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key}: {self.amount_minor} {self.state}"

    @property
    def called(self) -> str:
        """What it is by now: a chargeback is no loss while it can still be won."""
        if self.kind == self.Kind.CHARGEBACK and self.state != self.State.DONE:
            return gettext("退单")
        return self.get_kind_display()
