"""A month of payments as forty shops would have taken them, row by row, from one seed.

Rows are what a settlement file says (times are the terminal's own, Asia/Shanghai); the loader
turns them into payments like any other file's.
"""

import random
from bisect import bisect
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import accumulate

from portal.site.demo.shops import TRADES, Shop, Trade, shops

ACQUIRER = ("86530001", "江岸支付")
ISSUERS = (  # code, name, share; invented banks
    ("86010001", "嘉陵银行", 24),
    ("86010002", "朝天银行", 19),
    ("86010003", "云岭银行", 14),
    ("86010004", "两江农商银行", 13),
    ("86010005", "锦官银行", 12),
    ("86010006", "黔灵银行", 8),
    ("86010007", "远山信用社", 6),
    ("86010008", "海棠银行", 4),
)
WALLETS = ("微信支付", "支付宝", "云闪付")
CAUSES = (  # why a slip was lost, with shares
    ("paper_out", 46),
    ("paper_jam", 12),
    ("cover_open", 7),
    ("overheated", 5),
    ("cutter", 3),
    ("buffer", 9),
    ("network", 8),
    ("software", 6),
    ("unknown", 4),
)
MODELS = (("联澄 T6", 48), ("云岸 A80", 44), ("恒铄 P2", 28))
VERSIONS = ("3.1.8", "3.1.8", "3.1.8", "3.1.4", "3.1.4", "2.9.6")
NEW_VERSION = "3.2.1"  # rolled out to 22 terminals in mid-month; it loses more slips
ON_NEW_VERSION = 22
LOSS, LOSS_ON_NEW_VERSION = 0.014, 0.055
TWICE = 70  # charges of the month that are made twice
PER_MONTH = 60_000


@dataclass
class Device:
    """One card terminal, with the numbers it counts itself."""

    shop: Shop
    merchant_no: str
    terminal_no: str
    label: str
    model: str
    version: str
    updated: bool
    batch: int
    voucher: int


@dataclass
class Row:
    """One line of a settlement file, in the words of the canonical format's fields."""

    device: Device
    type: str
    at: datetime
    amount: int
    batch: str
    voucher: str
    rrn: str
    status: str
    settled_on: date | None = None
    tail: str = ""
    wallet_tail: str = ""
    card_kind: str = ""
    brand: str = ""
    issuer: tuple[str, str] = ("", "")
    entry: str = ""
    auth_code: str = ""
    order_no: str = ""
    no_pin: bool = False
    chip: dict = field(default_factory=dict)
    printed: str = "yes"
    cause: str = ""
    original: "Row | None" = None
    instalments: int = 0
    authorised: int | None = None
    tip: int = 0


def amount_at(trade: Trade, rng: random.Random) -> int:
    """What one customer of this trade pays, in fen: articles off the price list, now and then a
    sum that is not on it.
    """
    amount = 0
    for _ in range(1 + int(rng.expovariate(1 / (trade.spread + 0.01)))):
        amount += rng.choice(trade.prices)
    if rng.random() < 0.22 * min(trade.spread, 1):
        amount += rng.choice((-1, 1)) * rng.randrange(1, max(2, amount // 9))
    return max(amount, 100)


class Month:
    """Thirty-one days up to `today`; iterate `days()` in order."""

    def __init__(self, today: date, seed: int = 20261123, payments: int = PER_MONTH):
        self.today, self.rng, self.payments = today, random.Random(seed), payments
        self.devices = self._devices()
        self.rrn = 100_000
        self.due: dict[date, list[Row]] = {}

    def _devices(self) -> list[Device]:
        rng, models = self.rng, [m for m, n in MODELS for _ in range(n)]
        devices: list[Device] = []
        rng.shuffle(models)
        updated = set(rng.sample(range(len(models)), ON_NEW_VERSION))
        for number, shop in enumerate(shops(), 1):
            merchant_no = f"898{shop.region}{TRADES[shop.trade].code}{number:04d}"
            for place in range(1, shop.terminals + 1):
                index = len(devices)
                devices.append(
                    Device(
                        shop=shop,
                        merchant_no=merchant_no,
                        terminal_no=f"65{300000 + 137 * (index + 1)}",
                        label=f"前台 {place} 号机" if shop.terminals > 1 else "前台",
                        model=models[index],
                        version=rng.choice(VERSIONS),
                        updated=index in updated,
                        batch=rng.randrange(100, 900),
                        voucher=rng.randrange(1000, 6000),
                    )
                )
        return devices

    def days(self) -> list[date]:
        return [self.today - timedelta(days=back) for back in range(30, -1, -1)]

    def rollout_day(self) -> date:
        return self.today - timedelta(days=14)

    def rows_of(self, day: date) -> list[Row]:
        """What happened that day: payments, and refunds of earlier days' payments."""
        rows = sorted(self._payments(day), key=lambda row: row.at)
        for row in rows:
            self._take_numbers(row)
        for row in rows:
            self._later(row)
        taken_back = self.due.pop(day, [])
        for row in taken_back:
            self._take_numbers(row)
        rows += taken_back
        for device in self.devices:
            device.batch += 1
        return rows

    def _payments(self, day: date) -> Iterator[Row]:
        per_custom = self.payments / 30.4 / sum(s.custom for s in shops())
        weekend = day.weekday() >= 5
        for shop in shops():
            trade = TRADES[shop.trade]
            mean = per_custom * shop.custom * (trade.weekend if weekend else 1) / 1.1
            count = max(0, round(self.rng.gauss(mean, mean**0.5)))
            devices = [d for d in self.devices if d.shop is shop]
            # The first till takes most of the custom.
            shares = list(accumulate(1 / (n + 1) for n in range(len(devices))))
            hours = list(accumulate(trade.hours))
            for _ in range(count):
                device = devices[bisect(shares, self.rng.random() * shares[-1])]
                row = self._payment(day, device, hours)
                yield row
                if row.status == "settled" and self.rng.random() < TWICE / self.payments:
                    yield self._again(row)

    def _payment(self, day: date, device: Device, hours: list[int]) -> Row:
        rng, trade = self.rng, TRADES[device.shop.trade]
        hour = bisect(hours, rng.random() * hours[-1])
        at = datetime(day.year, day.month, day.day, hour, rng.randrange(60), rng.randrange(60))
        row = Row(device, "sale", at, amount_at(trade, rng), "", "", "", "settled")
        row.settled_on = day + timedelta(days=1)
        if rng.random() < trade.cards:
            self._card(row)
        else:
            self._code(row)
        if device.shop.trade == "hotel" and row.entry == "I" and rng.random() < 0.5:
            row.type, row.authorised = (
                "auth_complete",
                row.amount + rng.choice((5000, 10000, 20000)),
            )
        if rng.random() < 0.018:
            row.status, row.settled_on, row.auth_code, row.printed = "declined", None, "", "unknown"
        else:
            self._print(row, day)
        if device.shop.trade == "restaurant" and row.brand == "VISA" and rng.random() < 0.4:
            row.tip = row.amount // 10 // 100 * 100
            row.amount += row.tip
        return row

    def _again(self, row: Row) -> Row:
        """The terminal heard no answer, so the till tried again, and both went through."""
        row.printed, row.cause = "no", "network"
        at = row.at + timedelta(seconds=self.rng.randrange(50, 170))
        again = replace(row, at=at, printed="yes", cause="", chip=dict(row.chip))
        if row.auth_code:
            again.auth_code = f"{self.rng.randrange(1_000_000):06d}"
        if row.order_no:
            again.order_no = f"{row.order_no[:13]}{self.rng.randrange(10**11):011d}{row.tail}"
        return again

    def _card(self, row: Row) -> None:
        rng = self.rng
        code, name, _ = rng.choices(ISSUERS, [share for *_, share in ISSUERS])[0]
        row.issuer, row.tail = (code, name), f"{rng.randrange(10_000):04d}"
        row.card_kind = rng.choices(("debit", "credit", "prepaid"), (62, 36, 2))[0]
        row.brand = rng.choices(("UnionPay", "VISA", "Mastercard"), (97, 2, 1))[0]
        row.entry = rng.choices(("C", "I", "S"), (70, 27, 3))[0]
        row.auth_code = f"{rng.randrange(1_000_000):06d}"
        if row.entry == "C":
            row.no_pin = row.amount <= 100_000
            if rng.random() < 0.4:  # a phone at the terminal: it has a number of its own
                row.wallet_tail = f"{rng.randrange(10_000):04d}"
        if row.entry in "CI":
            label = "PBOC CREDIT" if row.card_kind == "credit" else "PBOC DEBIT"
            row.chip = {
                "aid": "A000000333010102" if row.card_kind == "credit" else "A000000333010101",
                "app_label": label,
                "arqc": f"{rng.getrandbits(64):016X}",
                "tvr": "0000000000" if row.no_pin else "0000008000",
                "tsi": "0000" if row.entry == "C" else "E800",
                "atc": f"{rng.randrange(1, 2000):04X}",
            }
        if row.card_kind == "credit" and row.amount >= 100_000 and rng.random() < 0.15:
            row.instalments = rng.choice((3, 6, 12))

    def _code(self, row: Row) -> None:
        rng = self.rng
        row.brand = rng.choices(WALLETS, (55, 36, 9))[0]
        row.card_kind, row.entry = "code", "Q"
        row.order_no = f"42000{rng.randrange(10**4):04d}{row.at:%Y%m%d}{rng.randrange(10**11):011d}"
        row.tail = row.order_no[-4:]

    def _print(self, row: Row, day: date) -> None:
        rng, device = self.rng, row.device
        on_new = device.updated and day >= self.rollout_day()
        if rng.random() < (LOSS_ON_NEW_VERSION if on_new else LOSS):
            row.printed = "no"
            row.cause = rng.choices([c for c, _ in CAUSES], [share for _, share in CAUSES])[0]
        elif rng.random() < 0.04:
            row.printed = "unknown"

    def _take_numbers(self, row: Row) -> None:
        device = row.device
        device.voucher = device.voucher % 999_999 + 1
        row.batch, row.voucher = f"{device.batch:06d}", f"{device.voucher:06d}"
        self.rrn = (self.rrn + self.rng.randrange(1, 40)) % 10**8
        row.rrn = f"{row.at:%m%d}{self.rrn:08d}"

    def _later(self, row: Row) -> None:
        """Some payments are taken back: voids the same day, refunds in the days after."""
        rng = self.rng
        if row.status != "settled":
            return
        chance = rng.random()
        if chance < 0.004:
            self._reverse(row, "void", row.at + timedelta(minutes=rng.randrange(1, 9)), row.amount)
        elif chance < 0.017:
            whole = rng.random() < 0.6 or row.amount < 1000
            amount = row.amount if whole else row.amount * rng.randrange(20, 80) // 10_000 * 100
            at = row.at + timedelta(days=rng.randrange(1, 9), minutes=rng.randrange(-90, 90))
            self._reverse(row, "refund", at, max(amount, 100))

    def _reverse(self, row: Row, kind: str, at: datetime, amount: int) -> None:
        if kind == "void" and at.date() != row.at.date():
            return
        back = Row(row.device, kind, at, amount, "", "", "", "settled", original=row)
        back.tail, back.entry, back.issuer = row.tail, row.entry, row.issuer
        back.card_kind, back.brand, back.settled_on = (
            row.card_kind,
            row.brand,
            at.date() + timedelta(days=1),
        )
        back.printed = "yes"
        self.due.setdefault(at.date(), []).append(back)
