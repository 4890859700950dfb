"""Disputes with the card network: what is entered, read from a file, answered, given."""

from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from disputes import actions
from disputes.models import NetworkDispute, NetworkNotice
from disputes.network.incoming import Incoming
from portal.celery import app
from portal.uploads import receiving
from tests.portal.audit.writing.world import does, writes
from tests.portal.uploads.files import picture


def signed() -> SimpleUploadedFile:
    return SimpleUploadedFile("signed.jpg", picture())


HEAD = "差错代码,差错编号,参考号,交易日期\n"


def _came(world, code: str, payment=None) -> NetworkDispute:
    payment = payment or world.payment
    step, _new = actions.receive_network(payment, Incoming(code), actor=world.get("support"))
    return step.dispute


def _other(world, **values):
    return world.get("make_payment")(world.get("shop").merchant, **values)


@writes(
    "desk:network_enter",
    *("network.opened", "case.opened", "network.inquired"),
    *("network_notice.kept", "network_notice.taken", "network_notice.dropped"),
    *("network_file.started", "network_file.finished"),
)
def _enter(world):
    browser, to = world.browser("support"), "/desk/network/enter/"
    here, message = _other(world), {"rrn": "909900990099", "on": date(2026, 11, 23)}
    actions.enter_network_message(Incoming("E00", **message), actor=world.get("support"))
    waits = NetworkNotice.objects.get()
    _other(world, rrn="909900990099")

    def go():
        said = {"do": "enter", "code": "E00", "on": "2026-11-23"}
        browser.post(to, said | {"rrn": here.rrn})
        rows = f"{HEAD}查询,Q1,909900990098,2026-11-23\n查询,Q2,x y,2026-11-23\n"
        file = SimpleUploadedFile("a.csv", rows.encode())
        browser.post(to, {"do": "load", "file": file, "format": "network-csv"})
        browser.post(to, {"do": "retry", "notice": waits.pk})
        bad = NetworkNotice.objects.exclude(pk=waits.pk).latest("pk")
        browser.post(to, {"do": "drop", "notice": bad.pk, "why": "不是我们的"})

    return go


@writes(
    "desk:network_act",
    *("network.answered", "network.retrieval_asked", "network.card_kind_settled"),
    *("network.slip_given", "network.retrieval_answered", "network.evidence_sent"),
)
def _act(world):
    track = _came(world, "E00", _other(world, card_kind=""))
    browser, to = world.browser("support"), f"/desk/network/{track.public_id}/act/"

    def go():
        browser.post(to, {"do": "E02", "text": "已核实。"})
        browser.post(to, {"do": "receive", "code": "E04"})
        browser.post(to, {"do": "settle_kind", "card_kind": "debit", "how": "问了发卡行"})
        browser.post(to, {"do": "slip", "files": signed()})
        chosen = ["facts", f"signed-{track.slips.get().pk}"]
        browser.post(to, {"do": "E05", "text": "见附件。", "evidence": chosen})

    return go


@writes("merchant_cases:network_slip", "network.slip_given", "file.received")
def _slip(world):
    track = _came(world, "E04")
    browser = world.browser("manager")
    return lambda: browser.post(
        f"/merchant/cases/network/{track.public_id}/slip/", {"files": signed()}
    )


@writes(
    "desk:network_give",
    *("network.opened", "case.opened", "network.adjusted"),
    *("case.network_proposed", "case.network_approved"),
)
def _give(world):
    browser, to = world.fresh("supervisor"), f"/desk/network/give/{_other(world).pk}/"
    return lambda: browser.post(to, {"code": "E32", "amount": "1.00", "text": "自愿退。"})


@does("verb give_signed_slip", "network.slip_given")
def _give_slip(world):
    track, actor = _came(world, "E04"), world.get("shop").manager
    upload = receiving.receive(signed(), subject=track.subject, actor=actor)
    return lambda: actions.give_signed_slip(track, actor=actor, uploads=[upload])


@does("disputes.tasks.sweep_network", "network.due_soon", "network.missed", "case.network_expired")
def _sweep(world):
    track, clock = _came(world, "E04"), world.get("clock")
    charged = _came(world, "E00", _other(world, amount_minor=90_000))
    supervisor = world.get("make_actor")("supervisor")
    actions.answer_network(charged, actor=supervisor, code="E02", text="已核实。")
    charged = _came(world, "E23", charged.payment)
    actions.propose_network(charged, actor=supervisor, code="accepted", text="不争了。")
    task = app.tasks["disputes.tasks.sweep_network"]

    def go():
        late = timedelta(hours=2)
        for at in (track.due_at - late, track.due_at + late, charged.due_at + late):
            clock.move_to(at)
            task()

    return go


@does("manage.py import_network", "network_file.started", "network_file.finished")
def _import(world):
    path = world.get("tmp_path") / "network.csv"
    path.write_text(f"{HEAD}查询,Q1,909900990098,2026-11-23\n", encoding="utf-8")
    return lambda: call_command("import_network", str(path), verbosity=0)
