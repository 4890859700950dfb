"""The desk with a thousand cases and with many: the queue, its deep pages, its search, a case, a
reply; each by HTTP through the product's own server, against an empty page for who is signed in
through the same server and middleware, in turns.

Where the server's time goes is asked in this process: how many queries a case takes, and the page
against its template with the same values.

    BENCH_DESK_DATABASES=few,many python -m bench desk --scale full

takes databases that there are, or makes and keeps them: a million cases take long to make.
"""

import os
import re
import time
import uuid
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial
from statistics import median
from urllib.parse import urlencode

from bench import databases, desk_cases
from bench.figures import Figure
from bench.served import Browser, serving

MANY = {"small": 20_000, "full": 1_000_000}
MADE = 20_000  # of more than these, the database makes the others itself
FEW, OPEN_SHARE, MESSAGES, TURNS = 1_000, 0.03, 40, 40


def run(scale: str) -> list[Figure]:
    from portal.site import preparing

    preparing.migrate(lambda line: None)
    preparing.collect(lambda line: None)
    return _figures(MANY[scale])


def _figures(many: int) -> list[Figure]:
    few_of, many_of = [*os.environ.get("BENCH_DESK_DATABASES", "").split(","), ""][:2]
    client, _member = _signed_in_at(few_of, FEW)
    with _at_the_desk(client) as beside:  # both servers, in turns: a machine has its moods
        client, member = _signed_in_at(many_of, many)
        number = _long_case(member)
        with _at_the_desk(client) as browser:
            last, words = browser.last_page(), browser.dearest_words()
            few, first, deep, found, opened, replied, floor = _in_turns(
                beside.queue,
                browser.queue,
                lambda: browser.queue(after=last),
                lambda: browser.find(words),
                lambda: browser.open(number),
                lambda: browser.reply(number),
                browser.empty,
            )
    page, template = _against_template(client, number)
    first_page, first_drawn = _against_template(client, number, before=_forget)
    note = f"{many:,} cases, {int(many * OPEN_SHARE):,} open; an empty page {floor * 1e3:.1f} ms"
    return [
        Figure("Queue against a thousand", first / few, "×", most=1.3, note=note),
        Figure("Deep page against the first", deep / first, "×", most=1.2),
        Figure("Search against the queue", found / first, "×", most=5),
        Figure("Queue against an empty page", first / floor, "×", most=10),
        Figure("Case: queries", _queries(client, number), "", most=25),
        Figure(
            "Case against its template",
            page / template,
            "×",
            most=2,
            note="both of pieces drawn before; this and the next in turns",
        ),
        Figure(
            "Case against its template, nothing drawn before",
            first_page / first_drawn,
            "×",
            most=2,
            note=f"{first_page * 1e3:.1f} ms against {first_drawn * 1e3:.1f} ms",
        ),
        Figure(
            "Case against an empty page",
            opened / floor,
            "×",
            most=8,
            note=f"{opened * 1e3:.1f} ms; 300 events, {MESSAGES} messages",
        ),
        Figure(
            "Reply and the page after it",
            replied / floor,
            "×",
            most=12,
            note=f"{replied * 1e3:.1f} ms",
        ),
    ]


@contextmanager
def _at_the_desk(client):
    """Who is signed in, with a browser of their own at the real server."""
    cookies = {name: each.value for name, each in client.cookies.items()}
    with serving(DJANGO_SETTINGS_MODULE="bench.empty_page.settings") as port:
        yield AtTheDesk(port, cookies)


class AtTheDesk(Browser):
    """Each step gives its seconds."""

    def empty(self) -> float:
        return self._page("/bench-empty/")

    def queue(self, after: str = "") -> float:
        return self._page(f"/desk/?view=all&after={after}" if after else "/desk/?view=all")

    def find(self, words: str) -> float:
        return self._page(f"/desk/?{urlencode({'q': words})}")

    def open(self, number: str) -> float:
        return self._page(f"/desk/cases/{number}/")

    def reply(self, number: str) -> float:
        form = {"verb": "reply:all", "body": "查好了。", "submission_key": str(uuid.uuid4())}
        answer = self.post(f"/desk/cases/{number}/act/", form)
        assert answer.status == 302, answer.status
        return self.took + self._page(answer.headers["Location"])

    def last_page(self) -> str:
        """Where the last page that is full begins."""
        last = after = ""
        for _page in range(400):
            self.queue(after)
            more = re.search(r"after=([0-9._]+)\"", self.body.decode())
            if not more:
                break
            last, after = after, more[1]
        return last

    def dearest_words(self) -> str:
        """Of a common word, a rare one, two common ones together."""
        asked = ("鲈鱼", "一直没上 0123", "鲈鱼 请退")
        return max(asked, key=lambda words: _in_turns(partial(self.find, words))[0])

    def _page(self, path: str) -> float:
        answer = self.get(path)
        assert answer.status == 200, (path, answer.status)
        return self.took


def _signed_in_at(name: str, number: int):
    """A member's browser at a database with so many cases (bench.databases.use)."""
    from disputes.models import Case

    databases.use(name, new=f"desk_{number}")
    if Case.objects.exists():
        return _signed_in()
    desk_cases.make(FEW, open_ones=int(FEW * OPEN_SHARE) + 270)
    if number > MADE:
        desk_cases.make(MADE, open_ones=int(MADE * OPEN_SHARE))
        desk_cases.multiply(MADE, (number - FEW) // MADE - 1)
    elif number > FEW:
        desk_cases.make(number - FEW, open_ones=int(number * OPEN_SHARE) - 300)
    return _signed_in()


def _signed_in():
    from allauth.mfa.totp.internal.auth import TOTP
    from django.test import Client

    from portal.accounts.models import Membership, Organisation, User

    house, _made = Organisation.objects.get_or_create(kind="institution", name="江岸支付")
    user = User.objects.filter(username="bench").first()
    if user is None:
        user = User.objects.create_user("bench", email="bench@example.org", name="小陶")
        TOTP.activate(user, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    member, _made = Membership.objects.get_or_create(user=user, organisation=house, role="support")
    browser = Client(headers={"host": "127.0.0.1"})
    browser.force_login(user)
    return browser, member


def _long_case(member) -> str:
    from disputes import clocks
    from disputes.actions import add_note, reply
    from disputes.models import Case, Message
    from portal.accounts.actor import Actor

    actor = Actor.member(member)
    answered = Message.objects.filter(author_kind="institution").values("case")  # by an earlier run
    case = Case.objects.open().filter(stage="institution").exclude(pk__in=answered).first()
    assert case is not None
    case.payment = _payment(case.merchant)
    clocks.apply(case, "opened", starts=("institution_answer",))
    case.save()
    for n in range(MESSAGES):
        reply(case, actor=actor, body=f"第 {n} 句：我们还在查。", submission_key=uuid.uuid4())
    for _n in range(300 - MESSAGES):
        _event(case, actor)
    add_note(case, actor=actor, body="只给自己人。", submission_key=uuid.uuid4())
    return case.number


def _payment(merchant):
    """With its terminal and a slip that was handed out: a case about one asks the most."""
    from django.utils import timezone

    from portal.accounts.actor import Actor
    from receipts.models import Payment, Terminal
    from receipts.slip.issue import issue_slip

    now, rrn = timezone.now(), f"{uuid.uuid4().int % 10**12:012}"
    terminal = Terminal.objects.create(merchant=merchant, terminal_no=rrn[:8])
    payment = Payment.objects.create(
        merchant=merchant, terminal=terminal, status="settled", amount_minor=100_000,
        card_tail="7712", occurred_at=now, local_date=timezone.localdate(now), rrn=rrn,
    )  # fmt: skip
    issue_slip(payment, actor=Actor.system("bench"))
    return payment


def _event(case, actor) -> None:
    from django.db import transaction

    from portal import audit

    with transaction.atomic():
        audit.record(case.subject, "case.noted", actor=actor)


def _against_template(browser, number: str, before: Callable[[], object] = lambda: None):
    """Seconds of the page, and of the same template with the same values, read before."""
    from django.template.loader import render_to_string
    from django.test.utils import setup_test_environment, teardown_test_environment

    setup_test_environment()  # so that an answer keeps what its template was given
    answer = browser.get(f"/desk/cases/{number}/")
    teardown_test_environment()
    name, values = answer.templates[0].name, answer.context[0].flatten()
    return _in_turns(
        lambda: browser.get(f"/desk/cases/{number}/"),
        lambda: render_to_string(name, values, answer.wsgi_request),
        before=before,
    )


def _forget() -> None:
    """As in a process that has drawn nothing yet: with `{% once %}` a template drawn again is for
    the most part not drawn."""
    from portal import kept

    for each in list(kept._every):
        each.forget()


def _queries(browser, number: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        browser.get(f"/desk/cases/{number}/")
    return len(captured)


def _in_turns(
    *works: Callable[[], object], before: Callable[[], object] = lambda: None
) -> list[float]:
    """Seconds of each, the median; one after another, so that all meet the same noise. What a work
    gives is taken for its seconds; where it gives none they are taken here: processor time, and on
    PostgreSQL, whose work is elsewhere, of the wall."""
    from django.db import connection

    clock = time.perf_counter if connection.vendor == "postgresql" else time.process_time
    took: list[list[float]] = [[] for _work in works]
    for turn in range(TURNS + 3):
        for work, seconds in zip(works, took, strict=True):
            before()
            began = clock()
            said = work()
            here = clock() - began
            if turn >= 3:  # the first warm up
                seconds.append(said if isinstance(said, float) else here)
    return [median(seconds) for seconds in took]
