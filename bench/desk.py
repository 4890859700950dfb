"""The desk with a thousand cases and with many: the queue, its deep pages, its search, a case, a
reply; each against an empty page for who is signed in, behind the same middleware.

Processor time of this process, so that a busy machine says the same as an idle one; PostgreSQL's
own share is not in it, and is taken as wall time beside it there.

    BENCH_DESK_DATABASES=few,many python -m bench desk --scale full

takes databases that there are, or makes and keeps them: a million cases take long to make.
"""

import os
import random
import re
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import batched

from django.http import HttpResponse
from django.urls import include, path

from bench import databases
from bench.figures import Figure

MANY = {"small": 20_000, "full": 1_000_000}
MADE = 20_000  # of more than these, the database makes the others itself
FEW, OPEN_SHARE, MESSAGES, TURNS = 1_000, 0.03, 40, 15
SHOPS = 200
DISHES = ["鲈鱼", "鳜鱼", "排骨", "豆腐", "米线", "火锅", "烤肉", "青菜", "凉面", "抄手"]


def empty(request):
    return HttpResponse("ok") if request.actor else HttpResponse(status=403)


urlpatterns = [path("bench-empty/", empty), path("", include("portal.urls"))]


def run(scale: str) -> list[Figure]:
    from django.test import override_settings

    from portal.site import preparing

    preparing.migrate(lambda line: None)
    preparing.collect(lambda line: None)
    with override_settings(ROOT_URLCONF=__name__):
        return _figures(MANY[scale])


def _figures(many: int) -> list[Figure]:
    few_of, many_of = [*os.environ.get("BENCH_DESK_DATABASES", "").split(","), ""][:2]
    browser, _member = _signed_in_at(few_of, FEW)
    few = _queue(browser)
    browser, member = _signed_in_at(many_of, many)
    floor = _processor_time(lambda: browser.get("/bench-empty/"))
    first, deep, found = _queue(browser), _deep(browser), _search(browser)
    number = _long_case(member)
    opened, template = _against_template(browser, number)
    first_opened, first_drawn = _against_template(browser, number, before=_forget)
    replied = _processor_time(lambda: _reply(browser, number))
    note = f"{many:,} cases, {int(many * OPEN_SHARE):,} open; an empty page {floor * 1e3:.1f} ms"
    return [
        Figure("Queue against a thousand", first / few, "×", most=1.3, note=note),
        Figure("Deep page against the first", deep / first, "×", most=1.2),
        Figure("Search against the queue", found / first, "×", most=5),
        Figure("Queue against an empty page", first / floor, "×", most=10),
        Figure("Case: queries", _queries(browser, number), "", most=25),
        Figure(
            "Case against its template",
            opened / template,
            "×",
            most=2,
            note="both of pieces drawn before; this and the next in turns",
        ),
        Figure(
            "Case against its template, nothing drawn before",
            first_opened / first_drawn,
            "×",
            most=2,
            note=f"{first_opened * 1e3:.1f} ms against {first_drawn * 1e3:.1f} ms",
        ),
        Figure(
            "Case against an empty page",
            opened / floor,
            "×",
            most=8,
            note=f"300 events, {MESSAGES} messages; the right pane alone is asked for by htmx",
        ),
        Figure("Reply and the page after it", replied / floor, "×", most=12),
    ]


def _signed_in_at(name: str, number: int):
    """A member's browser at a database with so many cases (bench.databases.use)."""
    from disputes.models import Case

    databases.use(name, new=f"desk_{number}")
    if Case.objects.exists():
        return _signed_in()
    make(FEW, open_ones=int(FEW * OPEN_SHARE) + 270)
    if number > MADE:
        make(MADE, open_ones=int(MADE * OPEN_SHARE))
        multiply(MADE, (number - FEW) // MADE - 1)
    elif number > FEW:
        make(number - FEW, open_ones=int(number * OPEN_SHARE) - 300)
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


def make(number: int, open_ones: int) -> None:
    """`number` cases more, of which `open_ones` are open, each with a message and its words."""
    from django.db import transaction
    from django.utils import timezone

    from disputes import policy, wording
    from disputes.models import Case, Message
    from portal.words import index
    from receipts.models import Merchant

    rng, now = random.Random(number), timezone.now()
    shops = list(Merchant.objects.order_by("pk")) or _shops()
    version, start = policy.current_version(), Case.objects.count()
    step = max(1, number // max(1, open_ones))
    for some in batched(range(number), 5_000, strict=False):
        with transaction.atomic():
            cases = [_case(start + n, n % step == 0, shops, version, now, rng) for n in some]
            cases = Case.objects.bulk_create(cases)
            said = {
                case.pk: f"{rng.choice(DISHES)}一直没上，请退第 {case.number[-4:]} 桌"
                for case in cases
            }
            Message.objects.bulk_create(
                Message(
                    case=case,
                    author_kind="consumer",
                    audience="all",
                    body=said[case.pk],
                    submission_key=uuid.uuid4(),
                    created_at=case.opened_at,
                )
                for case in cases
            )
            named = {shop.pk: shop.name for shop in shops}
            things = (
                (case.pk, [(said[case.pk], 1), (named[case.merchant_id], 1)]) for case in cases
            )
            index.write(wording.SHARED, things, are_new=True)
    _analyse()


def multiply(number: int, times: int) -> None:
    """The newest `number` cases `times` again, with messages and words: by the database itself, in
    minutes where `make` takes hours."""
    from django.db import connection, transaction
    from django.db.models import Max, UUIDField

    from disputes.models import Case, Message
    from portal.words.models import Gram

    highest = Case.objects.aggregate(most=Max("pk"))["most"]
    if connection.vendor == "postgresql":
        key = "gen_random_uuid()"
        said = "lpad(({n} / 9999 + 2001)::text, 4, '0') || '-' || lpad(({n} % 9999)::text, 4, '0')"
    else:
        key = "lower(hex(randomblob(16)))"
        said = "printf('%04d-%04d', {n} / 9999 + 2001, {n} % 9999)"
    for turn in range(1, times + 1):
        by = turn * number
        new = {
            Case: {"id": f"id + {by}", "number": said.format(n=f"(id + {by})")},
            Message: {"case_id": f"case_id + {by}"},
            Gram: {"ref": f"ref + {by}"},
        }
        with transaction.atomic(), connection.cursor() as cursor:
            for model, values in new.items():
                fields = [f for f in model._meta.concrete_fields if f.column and not f.generated]
                values |= {str(f.column): key for f in fields if isinstance(f, UUIDField)}
                names = [str(f.column) for f in fields if not f.primary_key or f.column in values]
                taken = ", ".join(values.get(name, f'"{name}"') for name in names)
                where = {Case: "id", Message: "case_id", Gram: "ref"}[model]
                cursor.execute(  # of our own names and numbers
                    f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) SELECT {taken}"  # noqa: S608
                    f" FROM {model._meta.db_table}"
                    f" WHERE {where} > {highest - number} AND {where} <= {highest}"
                )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence('disputes_case', 'id'),"
                " (SELECT max(id) FROM disputes_case))"
            )
    _analyse()


def _analyse() -> None:
    from django.db import connection

    from portal.sqlite3 import planner

    if connection.vendor == "sqlite":
        planner.learn(connection)
        return
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def _shops():
    from receipts.models import Merchant

    return Merchant.objects.bulk_create(
        Merchant(merchant_no=f"8981000573{n:05}", name=f"样品商户{n}号店", city="重庆")
        for n in range(SHOPS)
    )


def _case(n: int, is_open: bool, shops, version, now, rng):
    from disputes.models import Case

    opened = now - timedelta(minutes=rng.randrange(60, 40_000))
    return Case(
        number=f"{2001 + n // 9_999 % 8000:04}-{n % 9_999:04}"[:12],
        kind=rng.choice(["no_slip", "refund_request", "disputed_charge", "service_complaint"]),
        stage=rng.choice(["merchant", "institution"]),
        status=rng.choice(["new", "working"]) if is_open else "resolved",
        policy=version,
        merchant=rng.choice(shops),
        contact_kind="email",
        contact=f"guest{n}@example.org",
        contact_hash=f"{n:064x}",
        opened_at=opened,
        closed_at=None if is_open else opened + timedelta(hours=3),
        due_at=now + timedelta(minutes=rng.randrange(-300, 20_000)) if is_open else None,
        due_clock="institution_answer" if is_open else "",
        last_word="“一直没上，请退”",
        submission_key=uuid.uuid4(),
    )


def _queue(browser) -> float:
    return _processor_time(lambda: browser.get("/desk/?view=all"))


def _deep(browser) -> float:
    """The last page that is full."""
    after = ""
    for _page in range(400):
        more = re.search(r"after=([0-9._]+)\"", browser.get(f"/desk/?view=all&after={after}").text)
        if not more:
            break
        last, after = after, more[1]
    return _processor_time(lambda: browser.get(f"/desk/?view=all&after={last}"))


def _search(browser) -> float:
    """The dearest of three: a common word, a rare one, two common ones together."""
    asked = ("鲈鱼", "一直没上 0123", "鲈鱼 请退")
    return max(_processor_time(partial(browser.get, f"/desk/?q={words}")) for words in asked)


def _long_case(member) -> str:
    from disputes import clocks
    from disputes.actions import add_note, reply
    from disputes.models import Case, Message
    from portal.accounts.actor import Actor

    actor = Actor.member(member)
    answered = Message.objects.filter(author_kind="institution").values("case")  # by an earlier run
    case = Case.objects.open().filter(stage="institution").exclude(pk__in=answered).first()
    assert case is not None
    clocks.apply(case, "opened", starts=("institution_answer",))
    case.save()
    for n in range(MESSAGES):
        reply(case, actor=actor, body=f"第 {n} 句：我们还在查。", submission_key=uuid.uuid4())
    for _n in range(300 - MESSAGES):
        _event(case, actor)
    add_note(case, actor=actor, body="只给自己人。", submission_key=uuid.uuid4())
    return case.number


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


def _reply(browser, number: str) -> None:
    form = {"verb": "reply:all", "body": "查好了。", "submission_key": str(uuid.uuid4())}
    answer = browser.post(f"/desk/cases/{number}/act/", form, follow=True)
    assert answer.status_code == 200, answer.status_code


def _processor_time(work: Callable[[], object]) -> float:
    """Seconds, the median of some turns."""
    [seconds] = _in_turns(work)
    return seconds


def _in_turns(
    *works: Callable[[], object], before: Callable[[], object] = lambda: None
) -> list[float]:
    """Seconds of each, the median; after another, so that all meet the same noise. Processor time;
    on PostgreSQL, whose work is elsewhere, of the wall."""
    import statistics

    from django.db import connection

    clock = time.perf_counter if connection.vendor == "postgresql" else time.process_time
    took: list[list[float]] = [[] for _work in works]
    for turn in range(TURNS + 1):
        for work, seconds in zip(works, took, strict=True):
            before()
            began = clock()
            work()
            if turn:  # the first warms up
                seconds.append(clock() - began)
    return [statistics.median(seconds) for seconds in took]
