"""Many slips in two processes: what the second process gains, against what it gains a bare loop of
the same length, and whether memory grows."""

import dataclasses
import multiprocessing
import os
import resource
import time

from bench.figures import Figure

SLIPS = {"small": 80, "full": 10_000}
SETTLED = {"small": 20, "full": 500}  # slips after which memory must not grow
PAGE_KB = os.sysconf("SC_PAGE_SIZE") / 1024


def resident() -> float:
    """MB of this process."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * PAGE_KB / 1024
    except OSError:  # not Linux: the highest so far
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def draw(count: int, settled: int, ready, go, answers) -> None:
    import django

    django.setup()
    from bench import slip
    from receipts.slip import codes, qr
    from receipts.slip.content import Verify
    from receipts.slip.pdf import slip_pdf

    said, sealed = slip.content(), slip.seal()
    slip_pdf(said, seal=sealed)
    ready.release()
    go.wait()
    began, before = time.perf_counter(), 0.0
    for number in range(count):
        code = codes.new()
        own = dataclasses.replace(said, verify=Verify(codes.grouped(code), qr.address(code)))
        slip_pdf(own, seal=sealed)
        if number == settled:
            before = resident()
    answers.put((time.perf_counter() - began, resident() - before))


def spin(count: int, settled: int, ready, go, answers) -> None:
    ready.release()
    go.wait()
    began = time.perf_counter()
    total = 0
    for number in range(count * 300_000):
        total += number & 7
    answers.put((time.perf_counter() - began, 0.0))


def together(work, processes: int, count: int, settled: int) -> tuple[float, float]:
    """Units of work a second, and the most that one process grew by in MB."""
    context = multiprocessing.get_context("spawn")
    ready, go, answers = context.Semaphore(0), context.Event(), context.Queue()
    each = count // processes
    started = [
        context.Process(target=work, args=(each, settled, ready, go, answers))
        for _ in range(processes)
    ]
    for process in started:
        process.start()
    for _ in started:
        ready.acquire()
    go.set()
    told = [answers.get() for _ in started]
    for process in started:
        process.join()
    return each * processes / max(seconds for seconds, _ in told), max(grown for _, grown in told)


def run(scale: str) -> list[Figure]:
    count, settled = SLIPS[scale], SETTLED[scale]
    alone = max(20, count // 20)
    one, _ = together(draw, 1, alone, settled)
    two, grown = together(draw, 2, count, settled)
    loop = together(spin, 2, 80, 0)[0] / together(spin, 1, 40, 0)[0]
    gain = two / one
    return [
        Figure("slips in two processes, gain", gain, "×", note=f"{two:.0f} a second"),
        Figure("  of what a bare loop gains", gain / loop, "", least=0.9, note=f"{loop:.2f} ×"),
        Figure("  memory after the first", grown, "MB", most=8, note=f"{settled} of {count}"),
    ]
