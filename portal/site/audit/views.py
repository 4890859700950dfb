"""The auditor's pages. Whoever opens one leaves a reading: auditors are read about, too."""

from __future__ import annotations

from datetime import timedelta
from itertools import islice

from django.core.exceptions import BadRequest
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portal.accounts.access import AUDIT_READERS, role_required
from portal.audit import reading
from portal.audit.models import Event, Reading
from portal.site.audit import gaps, proof, searching, telling, unusual
from portal.site.audit.sentences import SIGN_INS

STORY = 500  # lines of one subject
LAST = 8
PERIODS = (1, 7, 30)  # days


def _note(request, page: str) -> None:
    reading.note(request.actor, f"list:audit_{page}", what=Reading.What.LISTED)


@require_safe
@role_required(*AUDIT_READERS)
def overview(request):
    _note(request, "overview")
    now = timezone.now()
    events = Event.objects.order_by("-pk")[:LAST]
    people = unusual.readers(now)
    context = {
        "proof": proof.now(),
        "lines": telling.of_events(events),
        "standing_out": sum(bool(reader.standing_out) for reader in people),
        "refused": Event.objects.filter(
            type__in=unusual.TRIES[1:], at__gte=now - timedelta(days=unusual.DAYS)
        ).count(),
        "choices": searching.choices(),
        "wanted": searching.Wanted.read({}),
    }
    return render(request, "portal/site/audit/overview.html", context)


@require_safe
@role_required(*AUDIT_READERS)
def events(request):
    _note(request, "events")
    wanted = searching.Wanted.read(request.GET)
    page = searching.page(wanted, request.GET.get("before", ""))
    context = {
        "wanted": wanted,
        "errors": wanted.errors,
        "choices": searching.choices(),
        "page": page,
        "lines": telling.of_events(page.rows),
    }
    return render(request, "portal/site/audit/events.html", context)


@require_safe
@role_required(*AUDIT_READERS)
def story(request):
    """Everything about one subject, and who looked at it: `?of=case:2611-0472`."""
    subject = searching.subject_of(request.GET.get("of", "").replace("\0", "").strip()[:64])
    if not subject:
        raise BadRequest
    reading.note(request.actor, subject)
    told = telling.of_events(Event.objects.filter(subject=subject).order_by("-sequence")[:STORY])
    seen = telling.of_readings(islice(reading.readers_of(subject), STORY))
    shown = told if request.GET.get("only") == "events" else [*told, *seen]
    context = {
        "subject": subject,
        "about": telling.about(subject),
        "lines": sorted(shown, key=lambda line: line.at, reverse=True),
        "only_events": request.GET.get("only") == "events",
        "waits_for": next((line.waits_for for line in told if line.waits_for), ""),
        "is_cut": STORY in {len(told), len(seen)},
        "most": STORY,
    }
    return render(request, "portal/site/audit/story.html", context)


@require_safe
@role_required(*AUDIT_READERS)
def people(request):
    _note(request, "people")
    now = timezone.now()
    readers = unusual.readers(now)[:50]
    accounts = unusual.accounts(now)
    of_accounts = {each.subject.replace("account:", "user:") for each in accounts}
    names = telling.names_of({each.reader for each in readers} | of_accounts)
    last = Event.objects.filter(type__in=SIGN_INS.types).order_by("-at", "-pk")[:20]
    context = {
        "readers": [(each, names.get(each.reader, each.reader)) for each in readers],
        "accounts": [
            (each, names.get(each.subject.replace("account:", "user:"), "")) for each in accounts
        ],
        "days": unusual.DAYS,
        "lines": telling.of_events(last),
    }
    return render(request, "portal/site/audit/people.html", context)


@require_safe
@role_required(*AUDIT_READERS)
def one_reader(request):
    """What one person saw, the last first: `?who=user:…`."""
    who = request.GET.get("who", "").replace("\0", "")[:64]
    _note(request, "reader")
    since = timezone.now() - timedelta(days=unusual.DAYS)
    rows = list(reading.readings_of(who, since).order_by("-at", "-pk")[: STORY + 1])
    context = {
        "name": telling.names_of({who}).get(who, ""),
        "who": who,
        "days": unusual.DAYS,
        "lines": telling.of_readings(rows[:STORY]),
        "is_cut": len(rows) > STORY,
        "most": STORY,
    }
    return render(request, "portal/site/audit/reader.html", context)


@require_safe
@role_required(*AUDIT_READERS)
def gap_report(request):
    _note(request, "gaps")
    text = request.GET.get("days", "")
    days = int(text) if text in map(str, PERIODS) else PERIODS[1]
    until = timezone.now()
    context = {
        "report": gaps.report(until - timedelta(days=days), until),
        "days": days,
        "periods": PERIODS,
        "most": gaps.MOST,
    }
    return render(request, "portal/site/audit/gaps.html", context)
