"""What commands about files share: who works, and a line that shows how far it is."""

import time

from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from portal.accounts.actor import Actor
from portal.accounts.models import Membership

WIDTH = 30  # of the bar, in characters


def actor_named(username: str, part: str) -> Actor:
    """The member of staff with this name, the command itself without one."""
    if not username:
        return Actor.system(part)
    membership = (
        Membership.objects.filter(user__username=username, is_active=True)
        .exclude(organisation__kind="merchant")
        .select_related("user", "organisation")
        .first()
    )
    if membership is None:
        raise CommandError(_("没有这个工作人员：{name}").format(name=username), returncode=2)
    return Actor.member(membership)


class Bar:
    """A line that is written over, on a terminal only: how much, how many, how fast, how long yet.

    Call it with records, units done and units in all; `close` takes the line away.
    """

    def __init__(self, stream, name: str = "", quiet: bool = False):
        self.stream, self.name = stream, name
        self.is_shown = not quiet and stream.isatty()
        self.began = self._shown_at = time.monotonic()

    def __call__(self, records: int, done: int, in_all: int) -> None:
        now = time.monotonic()
        share = min(done / in_all, 1) if in_all else 1
        if not self.is_shown or (now - self._shown_at < 0.1 and share < 1):
            return
        self._shown_at = now
        gone = max(now - self.began, 0.001)
        filled = int(share * WIDTH)
        left = gone / share - gone if share else 0
        parts = [
            self.name,
            "█" * filled + "░" * (WIDTH - filled),
            f"{share:4.0%}",
            f"{records:,}",
            f"{records / gone:,.0f}/s",
            f"−{int(left) // 60}:{int(left) % 60:02}",
        ]
        self.stream.write("\r\x1b[K" + "  ".join(filter(None, parts)), ending="")
        self.stream.flush()

    def close(self) -> None:
        if self.is_shown:
            self.stream.write("\r\x1b[K", ending="")
            self.stream.flush()
