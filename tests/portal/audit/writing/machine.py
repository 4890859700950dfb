"""What nobody sends a form for: tasks, commands, and verbs that have no address of their own."""

from contextlib import suppress
from datetime import timedelta
from io import StringIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.utils import timezone

from disputes import actions
from disputes.policy import limits
from disputes.policy.addresses import new_book
from disputes.policy.changing import new_version
from portal.accounts.actor import Actor
from portal.celery import app
from portal.gate import posture
from portal.gate.models import Posture
from portal.uploads import receiving
from tests import tools
from tests.disputes.deeds import DEEDS, NEEDS
from tests.portal.audit.writing.world import OTHERS, does, quiet
from tests.portal.uploads.clamd import running
from tests.portal.uploads.files import picture
from tests.receipts.imports.conftest import SALE, as_csv


def task(name: str):
    return app.tasks[name]


def command(*words: str):
    """What it says and its exit code are other tests' matter."""

    def run():
        with suppress(SystemExit):
            call_command(*words, stdout=StringIO(), stderr=StringIO())

    return run


# --- verbs ---------------------------------------------------------------------------------------
EVENTS = {
    "add_note": "case.noted",
    "ask_consumer": "case.asked_consumer",
    "resolve": "case.resolved",
    "reject": "case.rejected",
}
for _verb, _event in EVENTS.items():

    @does(f"verb {_verb}", _event)
    def _do(world, verb=_verb):
        return lambda: DEEDS[verb](world.case, world.get("support"))


@does("verb offer_refund", "case.refund_offered")
def _offer(world):
    return lambda: DEEDS["offer_refund"](world.case, world.get("shop").manager)


@does("verb reprint", "case.reprinted")
def _reprint(world):
    world.case.kind = "no_slip"
    world.case.save()
    return lambda: DEEDS["reprint"](world.case, world.get("shop").clerk)


for _verb, _event in {
    "ask_extension": "case.extension_asked",
    "approve_extension": "case.extended",
    "refuse_extension": "case.extension_refused",
    "note_forwarded": "case.forwarded",
    "move_policy": "case.policy_moved",
    "merge": "case.merged",
    "end_links": "case.links_ended",
}.items():

    @does(f"verb {_verb}", _event)
    def _about_limits(world, verb=_verb):
        people = {"support": world.get("support")}
        actions.escalate(world.case, actor=people["support"])
        if verb in NEEDS:
            NEEDS[verb](world.case, people)
            world.case.save()
        supervisor = world.get("make_actor")("supervisor")
        return lambda: DEEDS[verb](world.case, supervisor)


PEOPLE = ("manager", "support", "supervisor", "operations")
for _verb, (_role, _event) in {
    "propose_refund": ("support", "case.refund_proposed"),
    "edit_refund": ("support", "case.refund_edited"),
    "withdraw_proposal": ("support", "case.proposal_withdrawn"),
    "approve_refund": ("supervisor", "case.refund_approved"),
    "refuse_refund": ("supervisor", "case.refund_refused"),
    "note_executed": ("operations", "case.refund_executed"),
    "note_not_executed": ("operations", "case.refund_failed"),
    "link_redo": ("support", "case.redo_linked"),
    "settle_difference": ("supervisor", "case.difference_settled"),
}.items():

    @does(f"verb {_verb}", _event)
    def _about_money(world, verb=_verb, role=_role):
        people = {each: Actor.member(world.person(each)) for each in PEOPLE}
        if verb in NEEDS:
            NEEDS[verb](world.case, people)
        return lambda: DEEDS[verb](world.case, people[role])


@does("disputes.tasks.send_refund", "case.refund_sent", progress=("disputes_refund",))
def _send_refund(world):
    return _refund_by_http(world, lambda pk: task("disputes.tasks.send_refund")(pk))


@does("disputes.tasks.sweep_refunds", "case.refund_sent", progress=("disputes_refund",))
def _sweep_refunds(world):
    return _refund_by_http(world, lambda _pk: task("disputes.tasks.sweep_refunds")())


def _refund_by_http(world, go):
    """To a port where nobody answers: sent, and not known what became of it."""
    settings = world.get("settings")
    settings.REFUND_GATEWAY = "http"
    url = f"http://127.0.0.1:{tools.free_port()}/"
    settings.REFUND = {"url": url, "key_id": "portal", "secret": "x"}
    people = {each: Actor.member(world.person(each)) for each in PEOPLE}
    NEEDS["note_executed"](world.case, people)
    pk = world.case.refunds.get().pk
    settings.REFUND_GATEWAY = "manual"
    return lambda: go(pk)


for _verb, _event in {
    "note_accepted": "case.taken_up",
    "note_request": "case.file_requested",
    "note_decision": "case.decided_above",
    "note_reply": "case.reply_noted",
    "note_sent": "case.sent_up",
    "answer_request": "case.request_answered",
    "issue_file": "case.file_asked",
    "take_file": "case.file_asked",
    "say_gone_up": "case.gone_up",
}.items():

    @does(f"verb {_verb}", _event)
    def _upward(world, verb=_verb):
        support = world.get("support")
        actions.escalate(world.case, actor=support)
        if verb == "answer_request":
            DEEDS["note_request"](world.case, support)
        theirs = verb in {"take_file", "say_gone_up"}
        actor = Actor.consumer(world.case.subject) if theirs else support
        return lambda: DEEDS[verb](world.case, actor)


@does("verb new_book", "addresses.changed")
def _addresses(world):
    actor = world.get("make_actor")("administrator")
    entries = {"court": {"name": "渝中区人民法院"}}
    return lambda: new_book(entries, note="迁址", after=0, actor=actor)


@does("verb part", "case.parted", "case.let_go")
def _part(world):
    actions.escalate(world.case, actor=world.get("support"))
    DEEDS["merge"](world.case, world.get("support"))
    return lambda: DEEDS["part"](world.case, world.get("support"))


@does("verb set_mode", "step_up_set")
def _set_mode(world):
    actor = world.get("make_actor")("supervisor")
    return lambda: posture.set_mode("raised", timedelta(hours=1), actor=actor, reason="有人在试")


@does("verb new_version", "policy.version_made")
def _new_policy(world):
    actor = world.get("make_actor")("administrator")
    entries = limits.DEFAULTS | {"slip": {"amount": 2, "unit": "hours"}}
    return lambda: new_version({"limits": entries}, note="商户要求", after=1, actor=actor)


# --- tasks ---------------------------------------------------------------------------------------
quiet("portal.accounts.tasks.clear_sessions", "sessions that are over")
quiet("portal.api.tasks.sweep", "answers that nobody asks for again, and counts")
quiet("disputes.tasks.sweep_case_files", "no file of a case is to be made")
quiet("disputes.tasks.count_days", "no closed case is without its days")
quiet("disputes.tasks.look_again", "no case asks for a payment")
quiet("disputes.tasks.tell_deadlines", "no deadline is near")
quiet("portal.viewing.tasks.look_for_unusual_days", "nobody looked at much")
quiet("portal.calendar.tasks.ask_for_notice", "a mail")
quiet("disputes.tasks.send_digests", "a mail")
quiet("disputes.tasks.send_gathered", "a mail")
quiet("portal.outbox.tasks.sweep", "what follows from changes goes out")
quiet("receipts.tasks.forget_mails", "addresses of mails that are out are not kept")
quiet("receipts.tasks.draw_slips", "looks for slips that could not be drawn")
quiet("disputes.tasks.erase_leftovers", "drafts that were never sent")
quiet("portal.gate.tasks.learn", "what is usual in the coming hour", "gate_posture")


@does("portal.gate.tasks.look_again", "attack_ended", "step_up_ended")
def _look_again(world):
    past = timezone.now() - timedelta(minutes=1)
    posture.current()
    Posture.objects.update(attack_since=past, attack_until=past, mode="raised", mode_until=past)
    return task("portal.gate.tasks.look_again")


@does("disputes.tasks.sweep_clocks", "case.escalated_by_time")
def _clocks(world):
    assert world.case
    world.get("clock").shift(timedelta(days=4))

    def go():
        task("disputes.tasks.sweep_clocks")()
        world.get("clock").shift(timedelta(days=-4))

    return go


@does("receipts.tasks.make_archive", "archive.ready", progress=("receipts_dayarchive",))
def _archive(world):
    from receipts.slip import archive

    day = timezone.localdate(world.payment.occurred_at)
    made = archive.ask(world.get("shop").clerk, day)
    return lambda: task("receipts.tasks.make_archive")(str(made.pk))


@does("receipts.tasks.notice_missing_files", "expected_file_missing")
def _missing(world):
    command("file_source", "late", "--pattern", "late-*.csv", "--due", "06:00")()
    days = timedelta(days=1)
    world.get("clock").shift(days)

    def go():
        task("receipts.tasks.notice_missing_files")()
        world.get("clock").shift(-days)

    return go


quiet("portal.erasure.tasks.remove_files", "files whose rows went with their event")


@does("portal.audit.tasks.seal_readings", "readings.sealed")
def _seal(world):
    from portal.audit import reading

    reading.note(world.get("support"), world.case.subject)
    world.get("clock").shift(timedelta(hours=4))

    def go():
        task("portal.audit.tasks.seal_readings")()
        world.get("clock").shift(-timedelta(hours=4))

    return go


@does("portal.erasure.tasks.enforce", "retention.enforced", "data.erased")
def _enforce(world):
    world.close()
    world.get("clock").shift(timedelta(days=2000))

    def go():
        task("portal.erasure.tasks.enforce")()
        world.get("clock").shift(-timedelta(days=2000))

    return go


# --- commands ------------------------------------------------------------------------------------
@does("manage.py api_key", "api_key_issued")
def _api_key(world):
    return command("api_key", "host", "--scope", "transactions:write")


@does("manage.py revoke_api_key", "api_key_revoked")
def _revoke(world):
    from portal.accounts.actor import Actor
    from portal.api import keys

    system = Actor.system("test")
    key, _text = keys.issue("host", scopes=["transactions:write"], actor=system)
    return command("revoke_api_key", key.prefix)


@does("manage.py file_source", "file_source_set")
def _file_source(world):
    return command("file_source", "night", "--pattern", "n-*.csv", "--due", "18:00")


# A file is the unit: between its two events its rows go in by chunks, and each names its file.
OF_A_FILE = ("receipts_merchant", "receipts_terminal", "receipts_payment", "receipts_putaside")


@does(
    "manage.py import_transactions",
    "import_started",
    "import_finished",
    progress=(*OF_A_FILE, "receipts_importfile", "receipts_paymenthistory"),
)
def _import(world):
    path = world.get("tmp_path") / "day.csv"
    path.write_text(as_csv([SALE]), encoding="utf-8")
    return command("import_transactions", str(path))


@does("manage.py put_aside", "rows_retried")
def _retry(world):
    assert world.get("row_put_aside")
    return command("put_aside", "retry", "--reason", "amount")


@does("manage.py create_administrator", "invitation.sent")
def _administrator(world):
    person = ("--email", "a@example.org", "--name", "周明远")
    return command("create_administrator", "first", *person, "--institution", "江岸支付")


@does("verb receive", "file.received", "file.discarded")
def _file(world):
    file = SimpleUploadedFile("a.jpg", picture(), content_type="image/jpeg")
    customer = world.get("consumer_of")(world.case)

    def go():
        kept = receiving.receive(file, subject=world.case.subject, actor=customer)
        receiving.discard(kept, actor=customer)

    return go


@does("portal.uploads.tasks.check_waiting", "file.checked")
def _scanner(world):
    file = SimpleUploadedFile("a.jpg", picture(), content_type="image/jpeg")
    customer = world.get("consumer_of")(world.case)
    kept = receiving.receive(file, subject=world.case.subject, actor=customer)
    kept.scan = kept.Scan.WAITS
    kept.save()

    def go():
        with running() as scanner:
            world.get("settings").CLAMAV = f"127.0.0.1:{scanner.server_address[1]}"
            task("portal.uploads.tasks.check_waiting")()

    return go


@does("manage.py canary_payments", "canaries_made", "canaries_removed")
def _canaries(world):
    assert world.payment

    def go():
        command("canary_payments", "make", "2")()
        command("canary_payments", "remove", "--older-than", "0")()

    return go


__all__ = ["OTHERS"]
