"""How much may go back, and the offer that waits for its answer."""

from django.utils.translation import gettext as _

from disputes import moment, money_back
from disputes.errors import Invalid
from disputes.models import Case, Offer
from portal import money
from receipts.models import Payment


def check(minor: int | None, payment: Payment, field: str = "amount") -> None:
    """Raises Invalid(field) unless that many fen can still go back of the (locked) payment."""
    most = money_back.left_minor(payment)
    if most <= 0:
        raise Invalid(field, _("这笔消费现在没有可以退的金额。"))
    if type(minor) is not int or minor <= 0:
        raise Invalid(field, _("请填退多少，要大于 0。"))
    if minor > most:
        raise Invalid(
            field, _("最多可以退 %(most)s。") % {"most": money.text(most, payment.currency)}
        )


def end(row: Case, answer: str) -> None:
    """The offer that waits, if there is one, waits no longer; the row is its caller's to save."""
    if row.offered_minor is not None:
        Offer.objects.filter(case=row, answer=Offer.Answer.WAITING).update(
            answer=answer, answered_at=moment.now()
        )
        row.offered_minor = None
