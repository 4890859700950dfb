"""Many slips in two processes, each issued as the worker issues it: turn, drawing, file, row, audit
event. What the second process gains, against what it gains a bare loop; whether memory grows.

Two processes live throughout. They work together, and now and then one alone; the loop takes its
turns among the slips, so that all four meet the same neighbours on the machine.
"""

import multiprocessing
import os
import resource
import time
from collections import Counter, defaultdict
from datetime import UTC, date, datetime

from bench.figures import Figure

SLIPS = {"small": 96, "full": 10_000}  # drawn by two processes
SETTLED = {"small": 16, "full": 250}  # of each process, after which memory must not grow
TURN = 8  # slips of a process until it answers
ALONE_EVERY = {"small": 1, "full": 12}  # turns of both for one of one alone, and of the loop
SPINS = 60  # of the bare loop's 300,000 rounds: about as long as a turn
PAGE_KB = os.sysconf("SC_PAGE_SIZE") / 1024


def resident() -> float:
    """MB of this process."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * PAGE_KB / 1024
    except OSError:  # not Linux: the highest so far
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def work(asked, told) -> None:
    """A process of the worker: does what it is asked, answers with its memory."""
    import django

    django.setup()
    from portal.accounts.actor import Actor
    from receipts.models import Payment
    from receipts.slip.issue import issue_slip

    actor = Actor.system("slips")
    told.put(resident())
    while (deed := asked.get()) is not None:
        if deed == "spin":
            spin()
        else:
            for payment in Payment.objects.in_bulk(deed).values():
                issue_slip(payment, actor=actor)
        told.put(resident())


def spin() -> int:
    total = 0
    for number in range(SPINS * 300_000):
        total += number & 7
    return total


class Pair:
    """The two processes, and what each kind of turn took in all."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self.asked = [context.Queue() for _ in range(2)]
        self.told = [context.Queue() for _ in range(2)]
        self.processes = [
            context.Process(target=work, args=pair)
            for pair in zip(self.asked, self.told, strict=True)
        ]
        for process in self.processes:
            process.start()
        for queue in self.told:
            queue.get(timeout=300)
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.turns: Counter[str] = Counter()

    def do(self, kind: str, deeds: list) -> float:
        """A deed for each process, None for none, at the same time; the larger memory after."""
        busy = [which for which, deed in enumerate(deeds) if deed is not None]
        began = time.perf_counter()
        for which in busy:
            self.asked[which].put(deeds[which])
        memory = max(self.told[which].get(timeout=600) for which in busy)
        self.seconds[kind] += time.perf_counter() - began
        self.turns[kind] += 1
        return memory

    def gain(self, alone: str, both: str) -> float:
        one, two = (self.seconds[kind] / self.turns[kind] for kind in (alone, both))
        return 2 * one / two

    def end(self) -> None:
        for queue in self.asked:
            queue.put(None)
        for process in self.processes:
            process.join(60)


def payments(count: int) -> list:
    """Their ids: sales of one shop, as a file brings them."""
    from portal.site import preparing
    from receipts.models import Merchant, Payment

    preparing.migrate(lambda line: None)
    merchant, _ = Merchant.objects.get_or_create(
        merchant_no="898653058120138", defaults={"name": "半山听雨茶餐厅（江北店）"}
    )
    chip = {"aid": "A000000333010101", "arqc": "8F2C61A4D0E7935B", "tvr": "0000000000"}
    made = Payment.objects.bulk_create(
        Payment(
            merchant=merchant,
            status="settled",
            settled_on=date(2026, 11, 23),
            card_tail=f"{number % 10_000:04}",
            amount_minor=100 + number,
            occurred_at=datetime(2026, 11, 22, 11, 42, tzinfo=UTC),
            local_date=date(2026, 11, 22),
            batch_no="000317",
            voucher_no=f"{number:06}",
            rrn=f"{112219000000 + number}",
            auth_code="381604",
            issuer_name="嘉陵银行",
            entry_mode="C",
            no_pin_no_signature=True,
            chip=chip,
        )
        for number in range(count)
    )
    return [payment.pk for payment in made]


def run(scale: str) -> list[Figure]:
    rounds, every = SLIPS[scale] // (2 * TURN), ALONE_EVERY[scale]
    alone = (rounds - 1) // every + 1
    ids = payments((2 * rounds + alone + 4) * TURN)
    turns = [ids[start : start + TURN] for start in range(0, len(ids), TURN)]
    pair, settled, memory = Pair(), 0.0, 0.0
    pair.do("warm", [turns.pop(), turns.pop()])  # imports, fonts, templates, the key
    for number in range(rounds):
        if number % every == 0:
            turn, which = turns.pop(), number // every % 2
            pair.do("one", [turn, None] if which else [None, turn])
            pair.do("loop of one", ["spin", None] if which else [None, "spin"])
            pair.do("loop of two", ["spin", "spin"])
        memory = pair.do("two", [turns.pop(), turns.pop()])
        if (number + 1) * TURN <= SETTLED[scale]:
            settled = memory
    pair.end()
    slips, loop = pair.gain("one", "two"), pair.gain("loop of one", "loop of two")
    a_second = 2 * TURN * pair.turns["two"] / pair.seconds["two"]
    note = f"{2 * rounds * TURN} slips, {a_second:.1f} a second"
    return [
        Figure("slips in two processes, gain", slips, "×", note=note),
        Figure("  of what a bare loop gains", slips / loop, "", least=0.9, note=f"{loop:.2f} ×"),
        Figure(
            "  memory after the first",
            memory - settled,
            "MB",
            most=8,
            note=f"{2 * SETTLED[scale]} slips; {memory:.0f} MB in all",
        ),
    ]
