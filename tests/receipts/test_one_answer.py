"""Outcome B for every reason: the same answer, after the same steps."""

import re

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import reasons
from portal.gate.models import Attempt, Counter, HeldAnswer, Pass, UsedWork

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

_TOKEN = re.compile(r'(name="csrfmiddlewaretoken" value=)"[^"]+"')
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")


@pytest.fixture(autouse=True)
def laid_out(settings, institution, clock):
    settings.LOOKUP_WORK = 1
    settings.TRUSTED_PROXY_COUNT = 1
    reasons.lay_out(timezone.now())


def written() -> dict[str, int]:
    """Rows of everything that a look-up writes to; of work, how often it was brought."""
    tables = (Attempt, Pass, HeldAnswer)
    brought = sum(UsedWork.objects.values_list("uses", flat=True))
    return {model.__name__: model.objects.count() for model in tables} | {"work": brought}


def shown(answer, reason) -> tuple:
    """Status, headers, cookies and page, without what the sender typed."""
    page = answer.content.decode()
    for name, value in reasons.typed(reason, timezone.now()).items():
        page = page.replace(f'name="{name}" value="{value}"', f'name="{name}" value=""')
    fen = reasons.amount(reason)
    page = page.replace(f"{fen // 100:,}.{fen % 100:02}", "…").replace(
        f"尾号 {reasons.tail(reason)}", "…"
    )
    # A detail goes along to a person, and to the other language.
    page = re.sub(r'<input type="hidden" name="\w+" value="">', "", page)
    headers = {name: _ID.sub("…", value) for name, value in answer.headers.items()}
    headers.pop("Content-Length", None)
    cookies = {
        name: {key: text for key, text in each.items() if text} | {"length": len(each.value)}
        for name, each in answer.cookies.items()
    }
    return answer.status_code, headers, cookies, _ID.sub("…", _TOKEN.sub(r"\1", page))


def looked_up(reason, pass_time) -> tuple[list, list, dict]:
    """What a fresh browser is answered, the statements of it all, and the rows written."""
    proof = reasons.arm(reason, timezone.now())
    form = reasons.typed(reason, timezone.now()) | {"work": proof}
    browser = Client(headers={"x-forwarded-for": reasons.address(reason)})
    browser.get("/")
    before = written()
    with CaptureQueriesContext(connection) as captured:
        answers = [browser.post("/lookup/", form)]
        while answers[-1].status_code == 302:
            pass_time(seconds=5)
            answers.append(browser.get(answers[-1].headers["Location"]))
    # What each begins with: further on stand values.
    begin = re.compile(r"\(|WHERE|WHEN|\"s\d")
    statements = [" ".join(begin.split(query["sql"])[0].split()) for query in captured]
    after = written()
    rows = {name: after[name] - before[name] for name in before}
    assert Attempt.objects.latest("pk").outcome == "more"
    return [shown(answer, reason) for answer in answers], statements, rows


@pytest.mark.parametrize("floor", [0, 1], ids=["at once", "after a second"])
def test_every_reason_is_answered_alike(settings, pass_time, clock, floor):
    settings.LOOKUP_FLOOR = floor
    begin = timezone.now()
    met = {}
    for reason in reasons.REASONS:
        clock.move_to(begin)
        with transaction.atomic():
            met[reason.name] = looked_up(reason, pass_time)
            transaction.set_rollback(True)
    usual = met["none"]
    assert usual[0][-1][0] == 200
    assert len(usual[0]) == 1 + floor
    different = {
        name: [
            part
            for part, one, other in zip(("answer", "steps", "rows"), usual, this, strict=True)
            if one != other
        ]
        for name, this in met.items()
    }
    assert {name: parts for name, parts in different.items() if parts} == {}


def test_each_reason_is_met_for_its_own_sake(pass_time):
    """Without what makes it one the payment is found: so none of them is met by accident."""
    from dataclasses import replace

    for reason in reasons.REASONS:
        if not reason.full and not reason.posture:
            continue
        plain = replace(reason, full=None, posture="", proof="good")
        form = reasons.typed(reason, timezone.now())
        with transaction.atomic():
            form["work"] = reasons._proof(plain, timezone.now())
            Counter.objects.all().delete()
            browser = Client(headers={"x-forwarded-for": reasons.address(reason)})
            assert browser.post("/lookup/", form).status_code == 302, reason.name
            transaction.set_rollback(True)
