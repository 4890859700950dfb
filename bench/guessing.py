"""What guessing at the look-up brings, against the real pages with the clock moved by hand.

Three attackers: one knows a stranger's card tail and the day; one stood in the queue and knows
shop, amount and minute; one knows nothing and has as many addresses as wanted. All know how often
each amount is paid at which hour and in which shop (better than anybody could), what the limits
are, and do the proof of work. How honest customers of such a day fare: `bench honest`.
docs/look-up.md says what the figures mean and do not mean.
"""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import time_machine

from bench import databases
from bench.figures import Figure

DAY = 100_000  # payments of the day that is attacked
WINDOW = timedelta(minutes=21)  # the minute itself and ten either side
CROWD = 20
TAILS = 10_000


@dataclass(frozen=True)
class Guess:
    at: datetime
    amount: int
    shop: str = ""
    worth: int = 0  # payments of the day that it would find, whatever their tail


def run(scale: str) -> list[Figure]:
    from django.core.management import call_command
    from django.test import override_settings

    call_command("collectstatic", interactive=False, verbosity=0)
    with override_settings(LOOKUP_WORK=1, ALLOWED_HOSTS=["testserver"]):
        payments = _a_day()
        full = scale == "full"
        return [
            *_known_tail(payments, days=3 if full else 1),
            *_known_minute(payments, days=3 if full else 1),
            *_harvest(payments, hours=4 if full else 2),
        ]


def _a_day() -> list[dict]:
    """Rows of one day in a database of their own; what the attackers know of them."""
    from receipts.models import Payment

    databases.use_day(DAY)
    names = ("occurred_at", "amount_minor", "merchant__name")
    return list(Payment.objects.values(*names))


def _forget_attempts() -> None:
    from portal.gate.models import Attempt, Counter, Posture, UsedWork

    for model in (Attempt, Counter, Posture, UsedWork):
        model.objects.all().delete()


# --- what an attacker would try ------------------------------------------------------------------


def _cells(payments: list[dict], named: bool) -> list[Guess]:
    """Every cell that is not crowded, the most promising first."""
    cells: dict = defaultdict(list)
    for payment in payments:
        at = payment["occurred_at"]
        start = at - (at - datetime(2020, 1, 1, tzinfo=at.tzinfo)) % WINDOW
        shop = payment["merchant__name"] if named else ""
        cells[start, payment["amount_minor"], shop].append(payment)
    guesses = [
        Guess(start + timedelta(minutes=10), amount, shop, len(of))
        for (start, amount, shop), of in cells.items()
        if len(of) <= CROWD
    ]
    return sorted(guesses, key=lambda guess: -guess.worth)


class Attacker:
    """Posts the real form, each time from an address of its own, with the work done."""

    def __init__(self, clock):
        from django.test import Client

        self.client, self.clock, self.number = Client(), clock, 0

    def post(self, tail: str, guess: Guess) -> bool:
        """Whether a payment was shown."""
        import altcha.v2 as altcha
        from django.utils import timezone

        self.number += 1
        block, rest = divmod(self.number, 60_000)
        address = f"10.{block}.{rest // 250}.{rest % 250 + 1}"
        given = self.client.get("/lookup/work/", REMOTE_ADDR=address).json()
        challenge = altcha.Challenge.from_dict(given)
        solution = altcha.solve_challenge(challenge)
        assert solution is not None
        work = altcha.Payload(challenge, solution).to_base64()
        local = timezone.localtime(guess.at)
        typed = {
            "card_tail": tail,
            "amount": f"{guess.amount // 100}.{guess.amount % 100:02}",
            "date": f"{local:%Y-%m-%d}",
            "time": f"{local:%H:%M}",
            "merchant_name": guess.shop,
            "work": work,
        }
        return self.client.post("/lookup/", typed, REMOTE_ADDR=address).status_code == 302


def _worth_something(since) -> tuple[int, int]:
    """Of the guesses that were logged, how many a hit would have answered: without a name while
    no limit was reached, with one while the name proved something."""
    from portal.gate.models import Attempt

    unnamed = named = 0
    codes = {"merchant", "named_tail", "named_cell", "named_global"}
    for detail, reached in Attempt.objects.filter(at__gte=since).values_list("detail", "reached"):
        said = set(reached.split()) - {"crossed"}
        if detail == "merchant":
            named += not said & codes
        else:
            unnamed += not said
    return unnamed, named


# Minutes between two guesses, and which kinds: flooding trips the limits at once, the patient stay
# below them. What serves the attacker best is what counts: the fewest days, not the most guesses.
_PACES = ((3, "both"), (48, "unnamed"), (24, "unnamed"), (48, "named"), (96, "both"))


def _paces(days: int, tail, unnamed, named) -> Iterator[list[float]]:
    """How many guesses a day of both kinds are worth anything, at each pace."""
    for minutes, kinds in _PACES:
        sources = [
            source() for kind, source in (("unnamed", unnamed), ("named", named))
            if kinds in (kind, "both")
        ]  # fmt: skip
        steps = (days if minutes == 3 else 3) * 24 * 60 // minutes
        counts = _guess_at(minutes, steps, tail, sources)
        yield [count / (steps * minutes / 1440) for count in counts]


def _guess_at(minutes: int, steps: int, tail, sources: list[Iterator[Guess]]) -> tuple[int, int]:
    from django.utils import timezone

    _forget_attempts()
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        attacker = Attacker(clock)
        for step in range(steps):
            for source in sources:
                if (guess := next(source, None)) is not None:
                    attacker.post(tail(step), guess)
            clock.shift(timedelta(minutes=minutes))
    return _worth_something(start)


def _known_tail(payments: list[dict], days: int) -> list[Figure]:
    """Tail and day are known, amount, minute and shop are not."""
    kinds = _cells(payments, named=False), _cells(payments, named=True)
    paces = _paces(days, lambda _step: "0000", *(partial(iter, kind) for kind in kinds))
    day, tried, a_day = min((*_days_to_half(a_day, kinds, len(payments)), a_day) for a_day in paces)
    note = (
        f"{a_day[0]:.0f} guesses a day without a shop's name and {a_day[1]:.0f} with one are worth "
        f"anything; {tried:,} guesses"
    )
    return [Figure("Known tail and day: days to an even chance", day, "days", least=30, note=note)]


def _days_to_half(a_day: list[float], kinds: tuple, payments: int) -> tuple[int, int]:
    """Days and guesses until half of the payments would have been found, ten years at most."""
    found, tried, each = 0, 0, [0.0, 0.0]
    for day in range(1, 3651):
        for number, guesses in enumerate(kinds):
            before, each[number] = round(each[number]), each[number] + a_day[number]
            found += sum(guess.worth for guess in guesses[before : round(each[number])])
        tried = round(each[0]) + round(each[1])
        if found >= payments / 2:
            return day, tried
    return 3650, tried


def _known_minute(payments: list[dict], days: int) -> list[Figure]:
    """Shop, amount and minute are known, the tail is not."""
    one = _cells(payments, named=True)[len(payments) // 4]

    def again(shop: str) -> Iterator[Guess]:
        while True:
            yield Guess(one.at, one.amount, shop)

    paces = _paces(
        days, lambda step: f"{step * 7 % TAILS:04}", lambda: again(""), lambda: again(one.shop)
    )
    a_day = max(paces, key=sum)
    note = f"{a_day[0]:.0f} guesses a day without the name and {a_day[1]:.0f} with it are worth it"
    return [
        Figure(
            "Known shop, amount and minute: days to an even chance of the tail",
            TAILS / 2 / max(1, sum(a_day)), "days", least=30, note=note,
        )
    ]  # fmt: skip


def _harvest(payments: list[dict], hours: int) -> list[Figure]:
    """Blind: the best cells, any tail, six hundred guesses an hour, half of them with a name."""
    from django.utils import timezone

    from portal.gate import posture

    unnamed, named = _cells(payments, named=False)[:2_000], _cells(payments, named=True)[:2_000]
    _forget_attempts()
    chance = random.Random(3)
    start, alarm = timezone.now(), None
    # What the day would show on average: the luck of one run says little of rare things.
    expected = {"before": 0.0, "after": 0.0}
    seen, guessed = 0, 0
    with time_machine.travel(start, tick=False) as clock:
        attacker = Attacker(clock)
        for step in range(hours * 600):
            guess = (named if step % 2 else unnamed)[step // 2 % 2_000]
            before = timezone.now()
            seen += attacker.post(f"{chance.randrange(TAILS):04}", guess)
            worth = sum(_worth_something(before)) > 0
            expected["after" if alarm else "before"] += worth * guess.worth / TAILS
            guessed += alarm is None
            if alarm is None and posture.current().attack_since:
                alarm = (timezone.now() - start).total_seconds() / 60
            clock.shift(timedelta(seconds=6))
    return [
        Figure("Blind harvest: minutes to the alarm", alarm or 0, "min", least=0.01, most=60),
        Figure("Blind harvest: strangers before it", expected["before"], "payments", most=1,
               note=f"expected; {seen} seen in this run of {hours} hours"),
        Figure("Blind harvest: strangers an hour, just below the alarm",
               expected["before"] / guessed * 300, "payments", most=1, note="expected"),
        Figure("Blind harvest: strangers an hour after it",
               expected["after"] / (hours - (alarm or 0) / 60), "payments", most=0.5,
               note="expected"),
    ]  # fmt: skip
