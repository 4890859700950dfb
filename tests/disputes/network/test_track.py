"""A dispute with the card network from its first message to its end."""

import zipfile
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from disputes import actions, money_back
from disputes.models import Case, MoneyBack, NetworkDispute, NetworkEvidence, NetworkStep
from disputes.year import figures
from portal.audit.models import Event
from tests.pages import text

pytestmark = pytest.mark.django_db


def test_an_inquiry_is_answered(credit, receive, answer):
    track = receive(credit, "E00", network_ref="Q1")
    assert (track.state, track.inquiries, track.case.kind) == ("inquired", 1, "network")
    answer(track, "E02")
    assert (track.state, track.due_at) == ("answered", None)
    types = Event.objects.filter(subject=track.subject).values_list("type", flat=True)
    assert set(types) == {"network.opened", "network.inquired", "network.answered"}


def test_the_track_is_that_of_the_customers_case(case, receive):
    assert receive(case.payment, "E00").case == case
    assert Case.objects.count() == 1


def test_a_retrieval_is_answered_with_the_signed_slip_once(credit, receive, answer, give_slip):
    track = receive(credit, "E04", reason_code="6305")
    with pytest.raises(actions.Invalid) as refused:
        answer(track, "E05")
    assert refused.value.field == "evidence"
    assert "签字小票" in refused.value.message
    give_slip(track)
    answer(track, "E05")
    sent = NetworkEvidence.objects.get()
    with sent.file.open("rb") as file, zipfile.ZipFile(file) as archive:
        assert archive.namelist() == ["01-payment.txt", "03-signed-1.png", "04-conversation.txt"]
        assert credit.rrn in archive.read("01-payment.txt").decode()
    with pytest.raises(actions.WrongState):
        answer(track, "E05")
    for change in ({"sha256": "0" * 64}, {"items": []}, {"size": 1}):
        with pytest.raises(DatabaseError), transaction.atomic():
            NetworkEvidence.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        NetworkStep.objects.filter(code="E05").update(text="anders")
    assert NetworkEvidence.objects.count() == 1


def test_a_chargeback_takes_the_money_and_representment_brings_it_back(
    credit, receive, answer, give_slip
):
    track = receive(credit, "E04")
    give_slip(track)
    answer(track, "E05")
    receive(credit, "E23", amount_minor=20_000)
    assert money_back.left_minor(credit) == 18_650
    answer(track, "E24")
    assert receive(credit, "won").state == "won"
    assert money_back.left_minor(credit) == 38_650


def test_a_chargeback_after_the_refund_takes_nothing_twice(credit, receive, answer):
    receive(credit, "E00")
    track = NetworkDispute.objects.get()
    answer(track, "E02")
    credit.refunded_minor, credit.status = 30_000, "partly_refunded"
    credit.save()
    track = receive(credit, "E23")
    assert track.charged_back_minor == 38_650
    assert money_back.taken_minor(credit) == 8_650
    answer(track, "accepted")
    track.refresh_from_db()
    assert (track.state, track.lost_minor) == ("lost", 38_650)
    assert money_back.taken_minor(credit) == 8_650


def test_an_adjustment_and_a_manual_refund_exclude_each_other(
    credit, debit, receive, answer, supervisor
):
    for payment, first, second in ((credit, "E32", "E74"), (debit, "E74", "E32")):
        values = {"actor": supervisor, "text": "自愿退。", "proved_at": timezone.now()}
        actions.give_back(payment, code=first, amount_minor=10_000, **values)
        with pytest.raises(actions.WrongState):
            actions.give_back(payment, code=second, amount_minor=10_000, **values)
        assert money_back.left_minor(payment) == 28_650


@pytest.mark.django_db(transaction=True)
def test_what_is_given_back_by_one_alone_waits_for_the_disk(credit, supervisor):
    said = []

    def note(execute, sql, params, many, context):
        said.append((sql, connection.in_atomic_block))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        actions.give_back(
            credit, actor=supervisor, code="E32", amount_minor=10_000, text="自愿退。",
            proved_at=timezone.now(),
        )  # fmt: skip
    if connection.vendor == "sqlite":
        assert said[0] == ("PRAGMA synchronous=FULL", False)
        assert said[-1] == ("PRAGMA synchronous=NORMAL", False)


def test_one_fen_too_much_is_refused(credit, supervisor):
    for minor in (38_651, 0, -1, None):
        with pytest.raises(actions.Refused):
            actions.give_back(
                credit, actor=supervisor, code="E32", amount_minor=minor, text="自愿退。",
                proved_at=timezone.now(),
            )  # fmt: skip
    assert not NetworkDispute.objects.exists()


def test_only_a_supervisor_gives_money_back(credit, support, shop, make_actor):
    for actor in (support, shop.manager, make_actor("auditor"), make_actor("administrator")):
        with pytest.raises(actions.NotAllowed):
            actions.give_back(credit, actor=actor, code="E32", amount_minor=1, text="退。")


def test_another_merchant_sees_nothing(credit, receive, make_shop, shop, give_slip):
    track = receive(credit, "E04")
    other = make_shop()
    seen = NetworkDispute.objects.visible_to
    assert list(seen(shop.clerk)) == [track]
    assert not seen(other.manager).exists()
    assert not seen(None).exists()
    with pytest.raises(actions.NotAllowed):
        give_slip(track, other.manager)


def test_the_card_kind_is_said_once_and_decides(
    make_payment, shop, clock, receive, answer, support
):
    payment = make_payment(shop.merchant, card_kind="")
    track = receive(payment, "E00")
    answer(track, "E02")
    track = receive(payment, "E23")
    for code in ("E24", "E26"):
        with pytest.raises(actions.WrongState):
            answer(track, code, chosen=("facts",))
    with pytest.raises(actions.Invalid):
        actions.settle_card_kind(track, actor=support, kind="debit", how=" ")
    actions.settle_card_kind(track, actor=support, kind="debit", how="问了发卡行")
    with pytest.raises(actions.WrongState):
        actions.settle_card_kind(track, actor=support, kind="credit", how="再问")
    answer(track, "E26", chosen=())
    assert track.state == "negotiating"


def test_erased_with_its_case_it_keeps_steps_and_loses_words_and_files(
    credit, receive, answer, give_slip, close, supervisor
):
    from disputes import erasing

    track = receive(credit, "E04", network_ref="R1")
    assert erasing.standing(track.case.number).busy
    upload = give_slip(track)
    answer(track, "E05")
    track.refresh_from_db()
    close(track.case, supervisor)
    assert not erasing.standing(track.case.number).busy
    with transaction.atomic():
        trace = erasing.erase(track.case.number)
    sent = NetworkEvidence.objects.get()
    assert (sent.file.name, sent.step.text) == ("", "")
    assert upload.file.name in trace.files
    assert track.subject in trace.subjects
    assert list(track.steps.values_list("code", flat=True)) == ["E04", "E05"]
    with pytest.raises(actions.NotAllowed):
        receive(credit, "E23")


def test_a_manual_refund_stands_on_the_money_page_and_a_file_that_tells_of_it_counts_once(
    credit, supervisor
):
    from disputes.desk import money_rows
    from disputes.network import told_by_files
    from tests.disputes.test_refund_gateway import file_tells

    refund = actions.give_back(
        credit, actor=supervisor, code="E74", amount_minor=10_000, text="自愿退。",
        proved_at=timezone.now(),
    )  # fmt: skip
    assert [each.amount_minor for each in money_rows.everything(supervisor, None)] == [10_000]
    assert money_back.left_minor(credit) == 28_650
    file_tells(credit, 10_000)
    for _twice in range(2):
        told_by_files.payment_changed("x", payments=[str(credit.pk)])
    credit.refresh_from_db()
    assert (credit.refunded_minor, money_back.taken_minor(credit)) == (10_000, 0)
    assert money_back.left_minor(credit) == 28_650
    assert Event.objects.filter(type="network.told_by_file").count() == 1
    refund.refresh_from_db()
    assert (refund.state, refund.reversal.amount_minor) == ("confirmed", 10_000)
    differences = next(g for g in money_rows.groups(supervisor) if g.name == "differences")
    assert differences.rows == []


def test_what_the_network_began_stands_in_no_yearly_figure(credit, receive):
    track = receive(credit, "E00")
    assert track.case.kind == "network"
    year = figures.of(track.case.opened_at.year)
    assert (year.requests, sum(each.all for each in year.classes.values())) == (0, 0)
    for of in ("requests", "transaction", "service", "merged"):
        assert not Case.objects.filter(figures.condition(of, "all")).exists()


def test_a_chargeback_after_a_full_refund_takes_nothing_and_says_so(
    client, sign_in, credit, receive, answer
):
    receive(credit, "E00")
    answer(NetworkDispute.objects.get(), "E02")
    credit.refunded_minor, credit.status = 38_650, "refunded"
    credit.save()
    track = receive(credit, "E23")
    assert not MoneyBack.objects.exists()
    sign_in("supervisor")
    here = f"/desk/network/{track.public_id}/"
    assert "退单里有 ¥386.50 已经退给持卡人" in text(client.get(here))
    answer(track, "accepted")
    assert (track.state, track.lost_minor) == ("lost", 38_650)
    assert not MoneyBack.objects.exists()
    assert "其中 ¥386.50 另外已经退给持卡人" in text(client.get(here))


def test_the_network_asks_about_no_payment_before_it_was_made(credit, receive):
    day = credit.local_date
    with pytest.raises(actions.Invalid) as refused:
        receive(credit, "E00", sent_on=day - timedelta(days=1))
    assert refused.value.field == "sent_on"
    assert receive(credit, "E00", sent_on=day).state == "inquired"
