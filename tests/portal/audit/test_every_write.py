"""Nothing is changed without its event: every address, task and command that writes, really done.

What there is to do is read off the product itself (the URL resolver, Celery's registry, the
commands, the admin, the functions that take an actor). What is added there and not here fails.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.management import get_commands
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.urls import path as address

from disputes.models import AddressBook, PolicyVersion
from portal import audit, urls
from portal.accounts.admin_site import ReadOnlyAdmin
from portal.accounts.models import Role
from portal.audit.models import Event
from portal.celery import app
from portal.site.audit.fields import FIELDS
from portal.site.audit.words import subject_name
from tests.portal.audit.watching import (
    LEFT_OUT,
    ROOT,
    NotUnderstood,
    Seen,
    changed_by,
    tables,
    watching,
)
from tests.portal.audit.writing import OTHERS, ROUTES, Entry, World

pytestmark = pytest.mark.django_db

UUID = "0f4e9d6c-6f0b-4b60-9a53-6f2f7a1c1f10"
STAND_IN = {"uuid": UUID, "str": "2611-0001", "slug": "words", "int": 1, "day": "2026-12-01"}


def patterns(resolver=None, prefix="", space="") -> Iterator[tuple[str, str]]:
    """Each address's name and an example of it."""
    for part in (resolver or get_resolver()).url_patterns:
        if not isinstance(part, URLPattern):
            inner = f"{space}{part.namespace}:" if part.namespace else space
            yield from patterns(part, prefix + str(part.pattern), inner)
        elif not prefix.startswith("admin/"):
            route = re.sub(
                r"<(?:(\w+):)?\w+>",
                lambda found: str(STAND_IN[found[1] or "str"]),
                prefix + str(part.pattern),
            )
            name = f"{space}{part.name}" if part.name else route
            yield name, "/" + (reset_address() if "uidb36" in route else route)


def reset_address() -> str:
    name, given = "account_reset_password_from_key", {"uidb36": "1", "key": "x-y"}
    return reverse(name, kwargs=given).lstrip("/")


def takes_forms() -> dict[str, str]:
    """Addresses that do not answer 405 to a POST."""
    browser = Client(raise_request_exception=False)
    return {
        name: path for name, path in patterns() if browser.post(path).status_code not in {405, 410}
    }


# These lead elsewhere or say that there is nothing, whatever the method.
NO_FORM = {
    "account_reset_password_from_key_done",
    "merchant/people/",
    "audit_export",  # numbers events in a transaction of its own: tried beside its page
    "api:schema",
    "api/schema",
    "api/",
}


def tasks() -> set[str]:
    app.loader.import_default_modules()
    return {name for name in app.tasks if not name.startswith("celery.")}


def commands() -> set[str]:
    ours = ("portal", "receipts", "disputes")
    return {f"manage.py {name}" for name, at in get_commands().items() if at.startswith(ours)}


# Done by hand on a machine; what they change, they change by the verbs below, or not at all.
NOT_CALLED = {
    "manage.py audit_triggers": "the database's own guards; tried in tests/portal/audit",
    "manage.py migrate": "the tables",
    "manage.py verify_audit": "reads the trail; tried in tests/portal/site",
    "portal.audit.tasks.mail_outside_copies": "a mail",
    "portal.site.tasks.verify_audit": "as manage.py verify_audit",
    "portal.site.tasks.tell_planner": "counts rows for SQLite's planner",
    "manage.py build_fonts": "makes files",
    "manage.py check_format": "reads a file",
    "manage.py export_audit": "numbers what waits, in a transaction of its own",
    "manage.py demo": "sample data for a trial, under one event of its own",
    "manage.py import_holidays": "the verb of the page, with a file's text",
    "manage.py retention": "the task of each night; says what it would do without --enforce",
    "manage.py replay_erasures": "erases as the task does; tried in tests/portal/erasure",
    "manage.py outbox": "lists what waits, tries it again",
    "manage.py policy_document": "prints",
    "manage.py rebuild_words": "an index",
    "manage.py serve": "runs the product",
    "manage.py watch_folder": "the task of the same name",
    "disputes.tasks.make_case_file": "numbers events first: tests/disputes/test_case_file.py",
    "portal.audit.tasks.sequence": "the order of the trail itself, in a transaction of its own",
    "portal.outbox.tasks.deliver": "one entry of what the sweep sends",
    "receipts.tasks.sweep_archives": "asks again for what make_archive does",
    "receipts.tasks.watch_folder": "loads a file as import_transactions does",
}


# Verbs that this walk, inside one transaction, cannot do.
DONE_ELSEWHERE = {
    "portal/audit/export/make.py:export": "numbers events in a transaction of its own",
    "disputes/actions/redo.py:finish_redo": "tests/disputes/test_redo.py",
    "disputes/actions/match_payment.py:match_payment": "tests/disputes/guest/test_looking_again.py",
}


def test_everything_that_writes_leaves_its_events(request, clock):
    """One walk, since the last question is about all of it: has every verb really been done?"""
    world, faults, ran = World(request), [], set()
    for shared in ("case", "row_put_aside", "support", "institution"):
        world.get(shared)  # what each deed starts from; all else is undone after it
    for role in ("clerk", "manager", "support", "supervisor", "operations", "administrator"):
        world.person(role)
    for name, entry in _entries(faults):
        cache.clear()
        try:
            world.case.refresh_from_db()  # what the last entry did to the object is undone, too
            with transaction.atomic():
                deed = entry.make_ready(world)
                with watching() as seen:
                    deed()
                transaction.set_rollback(True)
        except Exception as error:
            faults.append(f"{name}: {type(error).__name__}: {error}")
        else:
            ran |= seen.ran
            faults += _faults(name, entry, seen)
    if never := set(with_an_actor()) - ran - DONE_ELSEWHERE.keys():
        faults.append(f"never done here: {sorted(never)}")
    assert faults == [], "\n".join(faults)


def _entries(faults: list[str]) -> Iterator[tuple[str, Entry]]:
    for name in takes_forms().keys() - NO_FORM:
        if name in ROUTES:
            yield name, ROUTES[name]
        else:
            faults.append(f"{name} takes a form, and nobody here says what that leaves")
    missing = (tasks() | commands()) - OTHERS.keys() - NOT_CALLED.keys()
    faults += [f"{name} is there, and nobody here says what it leaves" for name in missing]
    yield from OTHERS.items()


def _faults(name: str, entry: Entry, seen: Seen) -> Iterator[str]:
    if missing := entry.events - set(seen.events):
        yield f"{name}: no {sorted(missing)} among {seen.events}"
    if bare := [table for table in seen.bare if table not in entry.may_change]:
        yield f"{name}: changes {bare} without an event"
    if seen.unordered:
        yield f"{name}: writes about {seen.unordered} in that order, without audit.lock before"
    if nameless := seen.fields - FIELDS.keys():
        yield f"{name}: {sorted(nameless)} have no words (portal.site.audit.fields)"
    if nameless := {each for each in seen.subjects if subject_name(each, {}) == each}:
        yield f"{name}: {sorted(nameless)} have no name (portal.site.audit.words)"
    if not entry.events and (seen.events or not entry.why):
        yield f"{name}: said to change nothing, leaves {seen.events}"


def test_no_entry_outlives_its_address(client):
    assert set(ROUTES) - set(takes_forms()) == set()
    known = tasks() | commands()
    assert {name for name in OTHERS if not name.startswith("verb ")} <= known
    assert set(NOT_CALLED) <= known


def test_what_is_left_out_is_there():
    everything = tables()
    assert {"disputes_case", "accounts_membership", "receipts_slipissue"} <= everything
    assert not any(name.startswith(tuple(LEFT_OUT)) for name in everything)


def test_this_test_sees_a_change_without_an_event(case, support):
    from disputes import actions

    with watching() as seen:
        case.save()
        with transaction.atomic():
            actions.assign(case, actor=support, assignee=support.user)
    assert (seen.bare, seen.events) == (["disputes_case"], ["case.assigned"])
    assert "disputes/actions/assign.py:assign" in seen.ran


def test_a_new_address_is_asked_for_and_its_bare_change_is_seen(settings, monkeypatch, case):
    """Somebody adds a page tomorrow: without an entry here the walk fails, and with one that says
    nothing it fails as long as the page writes no event."""

    @login_not_required
    def writes(request):
        case.save()
        return HttpResponse()

    more = ModuleType("addresses_of_tomorrow")
    monkeypatch.setattr(more, "urlpatterns", [*urls.urlpatterns, address("new/", writes)], False)
    monkeypatch.setitem(sys.modules, more.__name__, more)
    settings.ROOT_URLCONF = more.__name__
    faults = []
    assert "new/" not in dict(_entries(faults))
    assert faults == ["new/ takes a form, and nobody here says what that leaves"]
    with watching() as seen:
        assert Client().post("/new/").status_code == 200
    assert [*_faults("new/", Entry(lambda world: None, set(), why="nothing"), seen)] == [
        "new/: changes ['disputes_case'] without an event"
    ]


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("INSERT OR IGNORE INTO \"a_b\" (x) VALUES ('; DELETE FROM c')", ["a_b"]),
        ('WITH x AS (SELECT 1) INSERT INTO "a" SELECT * FROM x', ["a"]),
        ("WITH x AS (DELETE FROM a RETURNING y) UPDATE ONLY public.b SET y = 1", ["a", "b"]),
        ("INSERT INTO a (x) VALUES (1) ON CONFLICT (x) DO UPDATE SET x = 2", ["a"]),
        ("WITH x AS (SELECT y FROM a FOR NO KEY UPDATE) SELECT * FROM x", []),
        ('/* why */ SELECT "x" FROM a FOR UPDATE', []),
        ("SET LOCAL x = 1; DELETE FROM a;", ["a"]),
        ("SELECT 1; VACUUM", None),
        ("SELECT x INTO b FROM a", None),
        ("CREATE TABLE b AS SELECT x FROM a", None),
        ("WITH x AS (SELECT 1) INSERT OVER a SELECT * FROM x", None),
        ("COPY a FROM STDIN", None),
        ("UPSERT INTO a VALUES (1)", None),
    ],
)
def test_a_statement_is_understood_or_told(sql, tables):
    """`None`: the watch does not know its shape, and the walk above fails with it."""
    if tables is not None:
        assert changed_by(sql) == tables
    else:
        with pytest.raises(NotUnderstood):
            changed_by(sql)


# A new version of the policy is made there, by its action (tests/disputes/test_new_policy.py).
BY_AN_ACTION = {PolicyVersion, AddressBook}


def test_this_test_sees_two_subjects_in_the_wrong_order(support):
    def write(*subjects, first=()):
        with watching() as seen, transaction.atomic():
            if first:
                audit.lock(*first)
            for subject in subjects:
                audit.record(subject, "case.replied", actor=support)
        return seen.unordered

    assert write("case:2", "case:1") == [], "nobody else knew them"
    assert write("case:2", "case:1", "case:2") == [["case:2", "case:1"]]
    assert write("case:1", "case:2") == []
    assert write("case:2", "case:1", first=("case:1", "case:2")) == []


def test_the_admin_changes_nothing():
    registry = admin.site._registry
    for model_admin in (registry[model] for model in registry if model not in BY_AN_ACTION):
        assert isinstance(model_admin, ReadOnlyAdmin)
        assert model_admin.actions is None
        for allowed in ("add", "change", "delete"):
            method = f"has_{allowed}_permission"
            assert getattr(type(model_admin), method) is getattr(ReadOnlyAdmin, method)


@pytest.mark.parametrize("role", [Role.CLERK, Role.ADMINISTRATOR])
def test_whatever_is_refused_is_written_down(client, sign_in, role):
    """By either method; a refusal is kept once a path and minute, and so many in a minute."""
    sign_in(role)
    refused, silent = 0, []
    for name, path in patterns():
        for method in (client.get, client.post):
            cache.clear()
            before = Event.objects.filter(type="access.refused").count()
            if method(path).status_code == 403:
                refused += 1
                if Event.objects.filter(type="access.refused").count() != before + 1:
                    silent.append(name)
    assert silent == []
    assert refused > 10


def with_an_actor() -> Iterator[str]:
    """Functions that change something take `actor` by name: the habit of the house."""
    for folder in ("portal", "receipts", "disputes"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef) and any(
                    argument.arg == "actor" for argument in node.args.kwonlyargs
                ):
                    yield f"{Path(path).relative_to(ROOT)}:{node.name}"
