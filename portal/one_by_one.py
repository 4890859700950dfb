"""What a sweep finds due, done one by one."""

from collections.abc import Callable, Iterable

import structlog

log = structlog.get_logger(__name__)


def one_by_one[Key](
    due: Iterable[Key], do: Callable[[Key], object], failed: str, called: str
) -> int:
    """`do` each of what is due; of how many something came (what it gives is true).

    One in trouble must not keep the others waiting: it is logged, as `failed` under the name
    `called`, stays as it is, and the next sweep finds it again.
    """
    done = 0
    for key in due:
        try:
            done += bool(do(key))
        except Exception:
            log.exception(failed, **{called: key})
    return done
