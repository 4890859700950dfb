"""Payments by the million: what a file's rows would have become, written without the file.

The same trades, price lists, hours and shares as the sample month, over more shops and more days.
Each is a tuple of texts in the order of COLUMNS, as COPY takes them (None: NULL); money is fen.
"""

import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

from portal.site.demo.payments import ACQUIRER, CAUSES, ISSUERS, LOSS, WALLETS, amount_at
from portal.site.demo.shops import TRADES

SOURCE = "sample"  # no format and no feed has this one: by it they are told apart
COLUMNS = (
    *("id", "merchant_id", "terminal_id", "source", "source_id", "acquirer_code", "rrn"),
    *("local_date", "batch_no", "voucher_no", "kind", "status", "own_status", "occurred_at"),
    *("amount_minor", "authorised_minor", "tip_minor", "refunded_minor", "refunded_said_minor"),
    *("currency", "settled_on", "card_tail", "wallet_tail", "card_kind", "card_brand"),
    *("issuer_code", "issuer_name", "acquirer_name", "entry_mode", "auth_code", "order_no"),
    *("operator_no", "instalments", "no_pin_no_signature", "chip", "remarks", "slip_printed"),
    *("slip_cause", "slip_known_from", "import_file_id", "revision", "created_at", "updated_at"),
)
REVERSAL_COLUMNS = (
    *("payment_id", "kind", "amount_minor", "occurred_at", "settled_on", "identity", "source"),
    *("source_id", "acquirer_code", "rrn", "local_date", "terminal_id", "batch_no"),
    *("voucher_no", "import_file_id", "created_at"),
)
HISTORY_COLUMNS = (
    *("payment_id", "at", "from_status", "to_status", "applied", "changes", "import_file_id"),
)
POOL = 8_192  # amounts and moments that a trade draws from
TWICE = 0.0012  # charges that are made a second time
# Of all payments, cumulated: declined, voided, refunded in whole, in part.
DECLINED, VOIDED, REFUNDED, PARTLY = 0.018, 0.022, 0.030, 0.035
_UTC_IS_BEHIND = 8 * 3600
_TAILS = [f"{number:04d}" for number in range(10_000)]
_CLOCK = [f"{s // 3600:02}:{s // 60 % 60:02}:{s % 60:02}" for s in range(86_400)]


@dataclass(slots=True)
class Till:
    """One terminal with what its shop's trade draws from."""

    merchant_id: str
    terminal_id: str
    amounts: list[int]
    seconds: list[int]
    cards: float
    batch: int
    voucher: int


@dataclass
class Made:
    """What one day brought, in the order of its clock."""

    payments: list[tuple] = field(default_factory=list)
    reversals: list[tuple] = field(default_factory=list)
    history: list[tuple] = field(default_factory=list)


@dataclass(frozen=True)
class Bought:
    """What a second charge has in common with the first."""

    amount: int
    tail: str
    wallet_tail: str
    kind: str
    brand: str
    issuer: tuple[str, str]
    entry: str
    no_pin: str
    is_code: bool


class Pools:
    """Amounts and moments of the day by trade, drawn once, so that a payment draws a number."""

    def __init__(self, rng: random.Random):
        self.amounts, self.seconds = {}, {}
        for name, trade in TRADES.items():
            hours = list(accumulate(trade.hours))
            self.amounts[name] = [amount_at(trade, rng) for _ in range(POOL)]
            self.seconds[name] = [
                bisect(hours, rng.random() * hours[-1]) * 3600 + rng.randrange(3600)
                for _ in range(POOL)
            ]


class Many:
    """Payments of the `days` before `today`; `shares` are the tills' custom, cumulated."""

    def __init__(
        self,
        tills: list[Till],
        shares: list[float],
        rng: random.Random,
        *,
        import_file_id: int,
        now: str,
    ):
        self.tills, self.shares, self.rng = tills, shares, rng
        self.file, self.now, self.number = str(import_file_id), now, 0
        self._issuers = [(code, name) for code, name, share in ISSUERS for _ in range(share)]
        self._causes = [cause for cause, share in CAUSES for _ in range(share)]

    def days(self, today: date, days: int, rows: int) -> Iterator[Made]:
        for back in range(days, 0, -1):
            count = rows // back
            rows -= count
            yield self._day(today - timedelta(days=back), count, today)

    def _day(self, day: date, count: int, today: date) -> Made:
        rng, made = self.rng, Made()
        self._begin(day, today)
        picked = rng.choices(self.tills, cum_weights=self.shares, k=count)
        at = sorted(
            (till.seconds[int(rng.random() * POOL)], number) for number, till in enumerate(picked)
        )
        for second, number in at:
            if len(made.payments) >= count:  # a second charge is one of them
                break
            till = picked[number]
            bought = self._bought(till)
            self._charge(made, till, second, bought)
            if rng.random() < TWICE and len(made.payments) < count:
                self._charge(made, till, min(second + rng.randrange(50, 170), 86_399), bought)
        for till in self.tills:
            till.batch += 1
        return made

    def _begin(self, day: date, today: date) -> None:
        """What all payments of a day have in common."""
        self.day, self.utc_day, self.utc_eve = f"{day}", f"{day}", f"{day - timedelta(days=1)}"
        self.month_day = f"{day:%m%d}"
        self.settled_on = f"{day + timedelta(days=1)}"
        self.back_on = min(day + timedelta(days=1 + self.rng.randrange(8)), today)
        # As if each day's file had been loaded in the next night.
        night = datetime(day.year, day.month, day.day, 18, 30, tzinfo=UTC)
        self.milliseconds = int(night.timestamp() * 1000)

    def _moment(self, second: int) -> str:
        """UTC of a second of the day in the shops' own time."""
        if second < _UTC_IS_BEHIND:
            return f"{self.utc_eve} {_CLOCK[second - _UTC_IS_BEHIND]}"
        return f"{self.utc_day} {_CLOCK[second - _UTC_IS_BEHIND]}"

    def _bought(self, till: Till) -> Bought:
        chance, draw = self.rng.random, self.rng.random
        amount, tail = till.amounts[int(draw() * POOL)], _TAILS[int(draw() * 10_000)]
        if chance() >= till.cards:
            brand = WALLETS[bisect((0.55, 0.91), draw())]
            return Bought(amount, tail, "", "code", brand, ("", ""), "Q", "0", True)
        entry = "CIS"[bisect((0.70, 0.97), draw())]
        by_phone = entry == "C" and chance() < 0.4
        return Bought(
            amount,
            tail,
            _TAILS[int(draw() * 10_000)] if by_phone else "",
            ("debit", "credit", "prepaid")[bisect((0.62, 0.98), draw())],
            ("UnionPay", "VISA", "Mastercard")[bisect((0.97, 0.99), draw())],
            self._issuers[int(draw() * len(self._issuers))],
            entry,
            "1" if entry == "C" and amount <= 100_000 else "0",
            False,
        )

    def _charge(self, made: Made, till: Till, second: int, bought: Bought) -> None:
        self.number += 1
        draw, number, amount = self.rng.random, self.number, bought.amount
        payment_id = f"{self.milliseconds + (number >> 12 & 0xFFFFF):012x}7{number & 0xFFF:03x}" + (
            f"{1 << 63 | self.rng.getrandbits(62):016x}"
        )
        till.voucher = till.voucher % 999_999 + 1
        status, refunded, own = "settled", 0, "settled"
        if (chance := draw()) < PARTLY:
            status, refunded = self._outcome(chance, amount)
            own = "declined" if status == "declined" else "settled"
        printed, cause = "yes", ""
        if own == "declined" or (chance := draw()) < LOSS + 0.04:
            printed = "no" if own == "settled" and chance < LOSS else "unknown"
            cause = self._causes[int(draw() * len(self._causes))] if printed == "no" else ""
        order_no = ""
        if bought.is_code:
            order_no = f"42000{int(draw() * 10_000):04}{self.day.replace('-', '')}"
            order_no += f"{int(draw() * 10**7):07}{bought.tail}"
        rrn = f"{self.month_day}{number % 10**8:08}"
        made.payments.append(
            (
                *(payment_id, till.merchant_id, till.terminal_id, SOURCE, f"S{number:011}"),
                *(ACQUIRER[0], rrn, self.day, f"{till.batch:06}", f"{till.voucher:06}"),
                *("sale", status, own, self._moment(second), str(amount), None, "0"),
                *(str(refunded), "0", "CNY", self.settled_on if own == "settled" else None),
                *(bought.tail, bought.wallet_tail, bought.kind, bought.brand, *bought.issuer),
                *(ACQUIRER[1], bought.entry),
                "" if bought.is_code or own == "declined" else f"{int(draw() * 10**6):06}",
                *(order_no, "01", "0", bought.no_pin, "{}", "", printed, cause),
                "" if printed == "unknown" else "file",
                *(self.file, "1" if status == own else "2", self.now, self.now),
            )
        )
        if status != own:
            self._take_back(made, till, payment_id, status, refunded or amount)

    def _outcome(self, chance: float, amount: int) -> tuple[str, int]:
        """Status, and what was given back."""
        if chance < DECLINED:
            return "declined", 0
        if chance < VOIDED:
            return "voided", 0
        if chance < REFUNDED or amount < 200:
            return "refunded", amount
        return "partly_refunded", amount * self.rng.randrange(20, 80) // 10_000 * 100 or 100

    def _take_back(self, made, till: Till, payment_id: str, status: str, amount: int) -> None:
        """The void or refund that the status speaks of, and how it came to be."""
        number, is_void = self.number, status == "voided"
        till.voucher = till.voucher % 999_999 + 1
        day = self.day if is_void else f"{self.back_on}"
        at, source_id = f"{day} 15:50:00", f"B{number:011}"
        made.reversals.append(
            (
                *(payment_id, "void" if is_void else "refund", str(amount), at, day),
                *(f"id:{SOURCE}:{source_id}", SOURCE, source_id, ACQUIRER[0], ""),
                *(day, till.terminal_id, f"{till.batch:06}", f"{till.voucher:06}"),
                *(self.file, self.now),
            )
        )
        changes = "{}" if is_void else f'{{"refunded_minor":["0","{amount}"]}}'
        made.history.append((payment_id, self.now, "settled", status, "1", changes, self.file))
