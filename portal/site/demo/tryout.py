"""What a newcomer can try: look-ups with their outcome, and a sign-in for each role.

Nothing is stored for it: candidates are taken from the sample month and put to the real look-up,
so what is printed is what the page will answer.
"""

from collections.abc import Iterator

from django.db.models import Count, Min
from django.utils import timezone

from portal.site.demo.people import sign_ins
from receipts import lookup
from receipts.models import Payment

RECEIPTS = 3


def what_to_try() -> dict:
    """{"lookups": [{card_tail, amount, date, time, expect}], "accounts": [...]}, all as typed."""
    return {"lookups": list(_lookups()), "accounts": sign_ins()}


def _lookups() -> Iterator[dict]:
    if not Payment.objects.exists():
        return
    yield from _receipts()
    yield from _twins()
    yield from _nothing()


def _receipts() -> Iterator[dict]:
    """Settled payments without a slip, of different shops, newest first."""
    found, shops = 0, set()
    candidates = Payment.objects.filter(
        slip_printed="no", status="settled", cases=None, amount_minor__gte=2000
    ).select_related("merchant")
    for payment in candidates.order_by("-occurred_at")[:300]:
        if payment.merchant_id not in shops and _finds(payment):
            shops.add(payment.merchant_id)
            found += 1
            yield _as_typed(payment, expect="receipt")
        if found == RECEIPTS:
            return


def _twins() -> Iterator[dict]:
    """A card charged twice within minutes: only a further detail tells one from the other."""
    twins = (
        Payment.objects.filter(status="settled", order_no="")
        .values("local_date", "merchant_id", "card_tail", "amount_minor")
        .annotate(times=Count("id"), first=Min("occurred_at"))
        .filter(times=2)
        .order_by("-local_date", "-first")
    )
    for twin in twins[:20]:
        facts = {key: twin[key] for key in ("merchant_id", "card_tail", "amount_minor")}
        payment = Payment.objects.get(**facts, occurred_at=twin["first"])
        if not _finds(payment):
            yield _as_typed(payment, expect="more")
            return


def _nothing() -> Iterator[dict]:
    """Facts of no payment at all: an amount that nobody paid."""
    payment = Payment.objects.filter(status="settled").order_by("-occurred_at").first()
    if payment is None:
        return
    typed = _as_typed(payment, expect="more")
    for fen in range(10_000_037, 10_000_999):
        if not Payment.objects.filter(amount_minor=fen).exists():
            yield typed | {"amount": f"{fen // 100}.{fen % 100:02d}"}
            return


def _finds(payment: Payment) -> bool:
    facts = lookup.Facts(
        card_tail=payment.card_tail,
        amount_minor=payment.amount_minor,
        moment=payment.occurred_at.replace(second=0, microsecond=0),
    )
    return lookup.find(facts) == lookup.Found(payment.pk)


def _as_typed(payment: Payment, *, expect: str) -> dict:
    local = timezone.localtime(payment.occurred_at)
    return {
        "card_tail": payment.card_tail,
        "amount": f"{payment.amount_minor // 100}.{payment.amount_minor % 100:02d}",
        "date": f"{local:%Y-%m-%d}",
        "time": f"{local:%H:%M}",
        "expect": expect,
    }
