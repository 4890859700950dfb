"""Nobody is shown what is not theirs: one case in which each audience has a word of its own, and
everybody asks for everything.

What there is to ask for is read off the product itself: every address with every identifier that
there is, by reading and by sending a form; every search; every export; every mail and short
message. Addresses whose parameters nobody here can fill in, and columns in which somebody writes
words that nobody here has written, fail.
"""

import io
import itertools
import json
import re
import uuid
import zipfile
from dataclasses import dataclass, field
from datetime import timedelta

import pypdfium2
import pytest
from django.apps import apps
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import models, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver
from django.utils import timezone

from disputes import actions, case_links
from disputes.desk import writing
from disputes.models import Case, Message
from disputes.register import What
from disputes.tasks import sweep_case_files
from portal.accounts.actor import Actor
from portal.accounts.models import Organisation, User
from portal.outbox.models import Entry
from portal.uploads.models import Upload
from receipts.models import Payment
from tests.disputes.deeds import letter
from tests.disputes.refunding import propose

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]

CASES = {"support", "colleague", "supervisor", "operations", "auditor"}  # who reads cases
SHOP, CONSUMER = {"clerk", "manager"}, {"consumer"}
ALL, BETWEEN = CASES | SHOP | CONSUMER, CASES | SHOP
PEOPLE = (*sorted(ALL), "administrator", "other manager", "other consumer", "nobody")

# Each word, and everybody who may be shown it.
WORDS = {
    "zqopening": ALL,  # what the customer wrote
    "zqhouse": ALL,
    "zqshop": ALL,
    "zqfileall": ALL,  # the name of a file
    "zqbetweenhouse": BETWEEN,
    "zqbetweenshop": BETWEEN,
    "zqfilebetween": BETWEEN,
    "zqrefund": BETWEEN,  # why a refund is proposed
    "zqnotehouse": CASES,
    "zqfilehouse": CASES,
    "zqhandover": CASES,
    "zqextension": CASES,  # until it is approved
    "zqletter": CASES,  # the register of what went up
    "zqpurpose": CASES,  # what a file of the case is for
    "zqsuggestion": CASES,
    "zqitem": CASES,
    "zqsurvey": CASES,
    "zqnoteshop": SHOP,
    "zqfileshop": SHOP,
    "zqdrafthouse": {"support"},
    "zqdraftshop": {"manager"},
    "zqview": {"support"},
    "zqcannedhouse": CASES,  # kept ready for replies
    "zqcannedshop": SHOP,
    "zqcontact": set(),  # masked, to the customer too: the link may have got about
    "zqotheropening": CASES | {"other manager", "other consumer"},
    "zqothernote": {"other manager"},
}
WORD = re.compile("|".join(sorted(WORDS, key=len, reverse=True)))

# Where people write nothing of their own, or nothing that could differ between these readers.
NO_WORDS = {
    "InAppNotice": "which step it was; the key and the address of a page",
    "SettledDifference": "on the money page alone, the institution's",
    "PolicyVersion": "the policy: the same for all, by who administers it",
    "AddressBook": "addresses of authorities",
    "Case.claimed_merchant": "the customer's own memory of a shop: a case without a payment",
    "Case.forwarded_ref": "as the register's lines",
    "Case.last_word": "the last of the messages; shown where they are",
    "ActionItem.outcome": "as its title",
    "Suggestion.put_aside": "no page shows it",
    "Network": "what the card network writes: tests/disputes/network",
    "Refund.ended_why": "as its reason",
    "Refund.reference": "a number of the acquirer",
    "Refund.error": "what the gateway calls it",
    "MoneyBack.key": "the gateway's",
    "SavedView.query": "as its name",
    "UpwardEntry.reference": "as its note",
}
SHORT = 40  # a column no longer than that holds codes and numbers


@dataclass
class World:
    browsers: dict[str, Client] = field(default_factory=dict)
    values: dict[str, list] = field(default_factory=dict)


def upload(case, actor, name: str) -> Upload:
    """One that need not be looked at: its name tells."""
    made = Upload(
        subject=case.subject,
        name=f"{name}.bin",
        content_type="application/octet-stream",
        size=4,
        sha256="0" * 64,
        received_sha256="0" * 64,
        uploaded_by=actor.id,
    )
    made.file.save("x", ContentFile(name.encode()), save=False)
    made.save()
    return made


@pytest.fixture
def world(clock, open_case, close, shop, make_shop, make_member, make_payment, say, new_key):
    world, other = World(), make_shop()
    members = {
        name: make_member(role)
        for name, role in (
            *((role, role) for role in ("support", "supervisor", "operations", "auditor")),
            *(("colleague", "support"), ("administrator", "administrator")),
        )
    }
    people = {name: Actor.member(member) for name, member in members.items()}
    people |= {"clerk": shop.clerk, "manager": shop.manager, "other manager": other.manager}
    support, manager = people["support"], people["manager"]

    case = open_case(body="zqopening", contact="zqcontact@example.org")
    theirs = open_case(
        body="zqotheropening",
        payment=make_payment(other.merchant),
        contact="other@example.org",
        actor=Actor.consumer("browser:2"),
    )
    actions.add_note(theirs, actor=other.manager, body="zqothernote", submission_key=new_key())
    done = open_case(body="好。", contact="zqcontact@example.org")
    close(done, support)
    customer = Actor.consumer(done.subject)
    actions.answer_survey(done, actor=customer, solved="no", effort="3", body="zqsurvey")

    say(case, support, "zqhouse", uploads=[upload(case, support, "zqfileall")])
    say(case, manager, "zqshop")
    say(case, support, "zqbetweenhouse", audience="merchant")
    files = [upload(case, manager, "zqfilebetween")]
    say(case, manager, "zqbetweenshop", audience="merchant", uploads=files)
    for actor, name in ((support, "house"), (manager, "shop")):
        note = actions.add_note(case, actor=actor, body=f"zqnote{name}", submission_key=new_key())
        note.uploads.add(upload(case, actor, f"zqfile{name}"))
    propose(case, manager, reason="zqrefund")
    actions.escalate(case, actor=support)
    colleague = people["colleague"].user
    actions.assign(case, actor=support, assignee=colleague, note="zqhandover")
    actions.ask_extension(case, actor=support, days=30, reason="zqextension")
    actions.note_reply(case, actor=support, line=letter(What.OTHER, note="zqletter"))
    actions.issue_file(
        case,
        actor=people["supervisor"],
        scope="internal",
        party="central_bank",
        purpose="zqpurpose",
        submission_key=new_key(),
    )
    assert sweep_case_files() == 1
    actions.suggest(actor=support, body="zqsuggestion", case=case)
    due = timezone.localdate() + timedelta(days=3)
    actions.make_item(actor=support, title="zqitem", owner=colleague, due_on=due)
    actions.keep_view(actor=support, name="zqview", query="view=all")
    for actor, name in ((people["supervisor"], "house"), (manager, "shop")):
        actions.keep_reply(
            actor=actor, name=f"zqcanned{name}", body=f"zqcanned{name}", language="zh-hans",
            audience="all",
        )  # fmt: skip
    writing.keep(case, support, "reply:all", "zqdrafthouse")
    writing.keep(case, manager, "reply:all", "zqdraftshop")

    for name in PEOPLE:
        world.browsers[name] = Client(raise_request_exception=True)
        if name in people:
            world.browsers[name].force_login(people[name].user)
    for name, held in (("consumer", (case, done)), ("other consumer", (theirs,))):
        for each in held:
            world.browsers[name].post(f"/link/{case_links.issue(each)}/")
    world.values = identifiers()
    return world


def identifiers() -> dict[str, list]:
    """By what an address is about: the identifiers of it that there are."""
    return {
        "case": list(Case.objects.values_list("number", flat=True)),
        "asked": list(Case.objects.values_list("public_id", flat=True)),
        "payment": list(Payment.objects.values_list("pk", flat=True)),
        "file": list(Upload.objects.values_list("public_id", flat=True)),
        "person": list(User.objects.values_list("public_id", flat=True)),
        "organisation": list(Organisation.objects.values_list("public_id", flat=True)),
        "number": [1, 2, 3],
        "year": [timezone.localdate().year],
        "day": [timezone.localdate()],
        "none": [uuid.UUID(int=7)],
    }


# What stands in an address: by its parameter, or first by the beginning of its name, whose pages
# are then tried with each of those that there are.
ABOUT = {
    "uploads:": {"public_id": "file"},
    "disputes:": {"public_id": "asked", "id": "payment", "number": "case"},
    "receipts:": {"id": "payment"},
    "merchant:archive": {"archive_id": "none"},
    "merchant:counter": {"payment_id": "payment", "code_id": "none"},
    "desk:network_give": {"payment": "payment"},
    "desk:network": {"public_id": "none"},
    "merchant_cases:network": {"public_id": "none"},
    "privacy:request": {"public_id": "none"},
    "account_person": {"public_id": "person"},
    "site:close_merchant": {"public_id": "organisation"},
    "account_": {"public_id": "none", "organisation_id": "organisation"},
}
EVERYWHERE = {
    **{"number": "case", "payment_id": "payment", "file": "number", "step": "number"},
    **{"row_id": "number", "import_id": "number", "version": "number", "size": "number"},
    **{"first": "number", "second": "number", "year": "year", "day": "day"},
}
# What one cannot know without having been told, or a word out of a few.
PLAIN = {"uidb36": "1", "key": "x-y", "token": "none", "code": "ABCD", "prefix": "none"}
PLAIN |= {"name": "words"}
# Pages that take seconds of drawing, and say nothing of a case: one of each.
DRAWN = ("slip", "print", "picture")
SIGNS_OUT = "account_logout"
# Pages of nobody's case: that no word strays into one of them, these see for all.
NO_CASES = (
    *("account_", "mfa_", "calendar:", "keys:", "audit:", "api:", "receipts:", "panel:"),
    *("merchant:", "site:help", "site:rights", "site:privacy", "site:readyz", "desk:year"),
    *("desk:this_year", "auditor:", "privacy:", "outbox:"),
)
WALK_ALL = {"consumer", "manager", "supervisor"}


def addresses(world, resolver=None, prefix="", space=""):
    """Every address, filled in with every identifier that fits; (name, path)."""
    for part in (resolver or get_resolver()).url_patterns:
        if not isinstance(part, URLPattern):
            inner = f"{space}{part.namespace}:" if part.namespace else space
            yield from addresses(world, part, prefix + str(part.pattern), inner)
        elif not prefix.startswith("admin/"):
            name = f"{space}{part.name}"
            yield from ((name, path) for path in filled(world, name, prefix + str(part.pattern)))


def filled(world, name: str, route: str):
    route = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).replace("^", "").replace("$", "")
    wanted = [parameter for _kind, parameter in re.findall(r"<(?:(\w+):)?(\w+)>", route)]
    known = next((about for start, about in ABOUT.items() if name.startswith(start)), {})
    given = []
    for parameter in wanted:
        about = known.get(parameter) or EVERYWHERE.get(parameter)
        assert about or parameter in PLAIN, f"{name}: what stands for <{parameter}> in {route}?"
        values = world.values[about] if about else [PLAIN[parameter]]
        given.append(values[:1] if any(word in name for word in DRAWN) else values)
    for values in itertools.product(*given):
        filling = iter(values)
        yield "/" + re.sub(r"<[^>]+>", lambda _found: str(next(filling)), route)  # noqa: B023


def text_of(answer) -> str:
    """What somebody can read in it, whatever it is."""
    data = answer.getvalue() if answer.streaming else answer.content
    kind = answer.headers.get("Content-Type", "")
    if kind.startswith("application/pdf"):
        document = pypdfium2.PdfDocument(data)
        return "".join(page.get_textpage().get_text_range() for page in document)
    if kind.startswith("application/zip"):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return "".join(
                archive.read(name).decode(errors="replace") for name in archive.namelist()
            )
    return data.decode(errors="replace") + json.dumps(dict(answer.headers))


def seen(world, name: str) -> dict[str, str]:
    """Each word that this person was shown, and where first."""
    browser, found = world.browsers[name], {}
    for route, path in addresses(world):
        if route == SIGNS_OUT or (route.startswith(NO_CASES) and name not in WALK_ALL):
            continue
        cache.clear()  # limits on how often: tried elsewhere
        with transaction.atomic():
            answer, how = browser.get(path), "read"
            if answer.status_code == 405:  # a form, and what it answers
                answer = browser.post(path, {"number": world.values["case"], "way": "reply"})
                how = "sent"
            for word in WORD.findall(text_of(answer)):
                found.setdefault(word, f"{path}, {how}")
            transaction.set_rollback(True)
    return found


def test_everybody_is_shown_all_that_is_theirs_and_nothing_else(world):
    shown = {name: seen(world, name) for name in PEOPLE}
    faults = []
    for word, readers in WORDS.items():
        for name in PEOPLE:
            if (word in shown[name]) != (name in readers):
                where = shown[name].get(word, "nowhere")
                faults.append(f"{word} for {name}: {where}")
    assert faults == [], "\n".join(faults)
    _searches(world)
    _exports(world)
    _messages_out()
    _columns()


def _searches(world) -> None:
    """What is found, and not what stands in the field."""
    faults = []
    said = set(WORDS) & set(Message.objects.values_list("body", flat=True))
    assert len(said) > 8
    for name in PEOPLE:
        place = "/merchant/cases/" if name in SHOP | {"other manager"} else "/desk/"
        for word in WORDS:
            cache.clear()
            with transaction.atomic():
                answer = world.browsers[name].get(place, {"q": word})
                transaction.set_rollback(True)
            if answer.status_code != 200 or not answer.context:
                continue
            may = name in WORDS[word]
            if bool(answer.context["rows"]) != (may and word in said):
                faults.append(f"{word} for {name}: searched")
    assert faults == [], "\n".join(faults)


def _exports(world) -> None:
    """The trail as a zip, with the words: no more of them than its reader finds on a page."""
    for name in ("supervisor", "auditor"):
        form = {"kind": "subjects", "content": "case", "reason": "人民银行"}
        number = Case.objects.earliest("pk").number
        answer = world.browsers[name].post("/desk/audit/export/", form | {"case": number})
        told = set(WORD.findall(text_of(answer)))
        assert answer.headers["Content-Type"] == "application/zip"
        assert {"zqopening", "zqnotehouse", "zqhandover"} <= told
        assert [word for word in told if name not in WORDS[word]] == []


def _messages_out() -> None:
    """A link and what to do, whoever it goes to; an address only as the one it goes to."""
    entries = list(Entry.objects.all())
    assert len(entries) > 10
    told = [(e.topic, WORD.findall(json.dumps(e.payload, ensure_ascii=False))) for e in entries]
    assert [each for each in told if each[1]] == []
    guest = {e.recipient for e in entries if WORD.search(e.recipient)}
    assert guest == {"zqcontact@example.org"}


def _columns() -> None:
    """Where words are kept, one of ours is: else it was never asked who is shown them."""
    missing = []
    for model in apps.get_app_config("disputes").get_models():
        for column in model._meta.concrete_fields:
            name = f"{model.__name__}.{column.name}"
            long = isinstance(column, models.TextField) or (
                isinstance(column, models.CharField) and (column.max_length or 0) > SHORT
            )
            hidden = column.choices or column.name.endswith(("hash", "sha256", "_person"))
            if not long or hidden or name.startswith(tuple(NO_WORDS)):
                continue
            texts = model.objects.values_list(column.name, flat=True)
            if not any(WORD.search(text or "") for text in texts):
                missing.append(name)
    assert missing == []
