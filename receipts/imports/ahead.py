"""Read the next chunk while the database merges this one: one thread ahead, never more."""

import queue
import threading
from collections.abc import Iterable, Iterator


def read_ahead[T](things: Iterable[T]) -> Iterator[T]:
    """The same things in the same order; what goes wrong in making them is raised here."""
    made: queue.Queue = queue.Queue(maxsize=1)
    stopped = threading.Event()

    def put(item) -> bool:
        while not stopped.is_set():
            try:
                made.put(item, timeout=0.1)
            except queue.Full:
                continue
            return True
        return False

    def make() -> None:
        try:
            for thing in things:
                if not put((thing, None)):
                    return
            put((None, StopIteration()))
        except BaseException as error:  # to be raised in the thread that waits
            put((None, error))

    thread = threading.Thread(target=make, name="import-reader", daemon=True)
    thread.start()
    try:
        while True:
            thing, error = made.get()
            if isinstance(error, StopIteration):
                return
            if error is not None:
                raise error
            yield thing
    finally:
        stopped.set()
        thread.join()
