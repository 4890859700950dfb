"""Messages of the network from a file and from the form, and the payment that they mean."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from disputes import actions
from disputes.models import NetworkDispute, NetworkFile, NetworkNotice, NetworkStep
from disputes.network import file_import, mapping, matching, reasons
from disputes.network.incoming import Incoming
from portal.accounts.actor import Actor

pytestmark = pytest.mark.django_db
HEAD = "差错代码,差错编号,参考号,卡号,卡类别,交易日期,交易金额,差错金额,发起日期,答复期限,说明\n"
SYSTEM = Actor.system("network")


@pytest.fixture
def load(tmp_path, clock):
    def do(*rows: str, head: str = HEAD, name: str = "network.csv", encoding: str = "utf-8"):
        path = tmp_path / name
        path.write_bytes((head + "".join(f"{row}\n" for row in rows)).encode(encoding))
        return file_import.load(path, "network-csv", actor=SYSTEM)

    return do


def test_good_rows_go_in_and_bad_ones_are_put_aside(load, credit, debit):
    loaded = load(
        f"查询,Q1,{credit.rrn},6228480000007712,贷记卡,2026-11-23,386.50,,2026-11-23,2026-12-01,请查",
        f"退单,Q2,{debit.rrn},7712,借记卡,2026-11-23,386.50,386.50,2026-11-23,,",  # no inquiry
        f"E02,Q3,{credit.rrn},,,2026-11-23,,,2026-11-23,,",
        f"E99,Q4,{credit.rrn},,,2026-11-23,,,2026-11-23,,",
        f"查询,Q5,{credit.rrn},,,2027-02-29,,,2026-11-23,,",
        f"查询,Q6,{credit.rrn},,,2026-11-23,3.865,,2026-11-23,,",
        f"查询,,{credit.rrn},,,2026-11-23,,,,,",
        "查询,Q8,,,,2026-11-23,,,2026-11-23,,",
        f"查询,Q9,{credit.rrn},,,2026-11-23,1.00,,2026-11-23,,",
        f"查询,Q10,{credit.rrn},,,2026-11-23",
        "查询,Q11,909900990099,,,2026-11-23,,,2026-11-23,,",
        f"查询,Q12,{credit.rrn},,,2026-11-23,,,2026-11-23,2026-11-20,",
    ).file
    aside = NetworkNotice.objects.filter(state="open").order_by("line")
    assert [(each.line, each.column, each.reason) for each in aside] == [
        (3, "code", "refused"),
        (4, "code", "code_outgoing"),
        (5, "code", "code"),
        (6, "date", "date_not_in_calendar"),
        (7, "payment_amount", "amount_decimals"),
        (8, "network_ref", "no_number"),
        (9, "rrn", "no_identity"),
        (10, "rrn", "differs"),
        (11, "", "too_few_cells"),
        (13, "due_on", "due_before_sent"),
    ]
    assert (loaded.read, loaded.taken, loaded.waiting, loaded.put_aside) == (12, 1, 1, 10)
    step = NetworkStep.objects.get()
    assert (step.code, step.network_ref, step.due_said) == ("E00", "Q1", True)
    assert "622848" not in str(list(NetworkNotice.objects.values_list("row", flat=True)))


def test_the_same_file_twice_and_the_same_message_in_another_file(load, credit):
    row = f"查询,Q1,{credit.rrn},,,2026-11-23,,,2026-11-23,,"
    load(row)
    assert load(row, name="again.csv").already
    other = load(row, f"查询,Q2,{credit.rrn},,,2026-11-23,,,2026-11-23,,").file
    assert (other.known, other.put_aside) == (1, 1)  # the second inquiry before an answer
    assert NetworkStep.objects.count() == 1


def test_a_load_that_was_killed_goes_on_where_it_ended(load, credit, debit, monkeypatch):
    rows = [
        f"查询,Q{n},{each.rrn},,,2026-11-23,,,2026-11-23,,"
        for n, each in enumerate([credit, debit])
    ]
    taken, whole = [], file_import._one

    def dies(*args):
        if taken:
            raise KeyboardInterrupt
        taken.append(1)
        return whole(*args)

    monkeypatch.setattr(file_import, "_one", dies)
    with pytest.raises(KeyboardInterrupt):
        load(*rows)
    assert NetworkFile.objects.get().read == 1
    monkeypatch.setattr(file_import, "_one", whole)
    file = load(*rows).file
    assert (file.read, file.taken, file.state) == (2, 2, "done")
    assert NetworkStep.objects.count() == 2


@pytest.mark.parametrize("wrong", ["", "甲,乙\n1,2\n", "\x00\x01"])
def test_what_is_no_such_file_is_refused_whole(load, wrong):
    with pytest.raises(actions.Invalid) as refused:
        load(head=wrong)
    assert refused.value.field == "file"
    assert not NetworkNotice.objects.exists()


def test_gbk_and_a_wrong_mapping(load, credit, tmp_path):
    assert load(f"查询,Q1,{credit.rrn},,,2026-11-23,,,2026-11-23,,", encoding="gbk").file.taken == 1
    text = (mapping.VOCABULARY.folder / "network-csv.toml").read_text(encoding="utf-8")
    for bad in (text.replace('words = "说明"', 'words = "持卡人姓名"'), text + "\n[nothing]\n"):
        path = tmp_path / "own.toml"
        path.write_text(bad, encoding="utf-8")
        with pytest.raises(actions.Invalid) as refused:
            file_import.load(path, str(path), actor=SYSTEM)
        assert refused.value.field == "format"


def test_a_message_waits_for_its_payment(clock, make_payment, shop, support):
    message = Incoming("E00", rrn="909900990099", on=date(2026, 11, 23), network_ref="Q1")
    for _twice in range(2):
        entered = actions.enter_network_message(message, actor=support)
        assert entered.step is None
    assert NetworkNotice.objects.count() == 1
    assert matching.match_waiting() == 0
    clock.shift(timedelta(days=3))
    payment = make_payment(shop.merchant, rrn="909900990099")
    assert matching.match_waiting() == 1
    notice = NetworkNotice.objects.get()
    assert (notice.state, notice.step.dispute.payment) == ("taken", payment)
    assert timezone.localdate(notice.step.at) == date(2026, 11, 23)  # its last day did not move
    with pytest.raises(actions.WrongState):
        actions.drop_network_notice(notice, actor=support, why="重复")


def test_without_a_number_tail_amount_and_day_find_it(clock, make_payment, shop, support):
    payment = make_payment(shop.merchant, amount_minor=12_300)
    said = {"card_tail": "7712", "amount_minor": 12_300, "on": date(2026, 11, 23)}
    entered = actions.enter_network_message(Incoming("E00", **said), actor=support)
    assert entered.step.dispute.payment == payment
    make_payment(shop.merchant, amount_minor=12_300)
    with pytest.raises(actions.Invalid) as refused:
        actions.enter_network_message(Incoming("E04", **said), actor=support)
    assert refused.value.field == "rrn"


def test_dropping_wants_a_reason_and_merchants_do_not(load, support, shop):
    load("查询,Q1,909900990099,,,2026-11-23,,,2026-11-23,,")
    notice = NetworkNotice.objects.get()
    with pytest.raises(actions.Invalid):
        actions.drop_network_notice(notice, actor=support, why=" ")
    for actor in (shop.manager, None):
        with pytest.raises((actions.NotAllowed, AttributeError)):
            actions.drop_network_notice(notice, actor=actor, why="不是我们的")
    actions.drop_network_notice(notice, actor=support, why="不是我们的")
    notice.refresh_from_db()
    assert (notice.state, notice.dropped_why) == ("dropped", "不是我们的")
    assert not NetworkDispute.objects.exists()


def test_the_command_says_in_words_what_was_put_aside(tmp_path, clock, credit, capsys):
    path = tmp_path / "network.csv"
    row = f"查询,Q6,{credit.rrn},,,2026-11-23,3.865,,2026-11-23,,"
    path.write_text(f"{HEAD}{row}\n查询,Q9,{credit.rrn},,,2026-11-23,1.00,,2026-11-23,,\n", "utf-8")
    call_command("import_network", str(path))
    told = capsys.readouterr().out.splitlines()
    assert told[1:] == [
        "  第 2 行，交易金额，金额多于两位小数",
        "  第 3 行，参考号，参考号对得上，尾号、金额或商户不一样",
    ]


def test_every_field_of_a_mapping_has_its_name():
    assert set(reasons.COLUMNS) == set(mapping.VOCABULARY.fields)


def test_the_page_names_line_and_column_of_what_was_put_aside(load, credit, client, sign_in):
    load(f"查询,Q6,{credit.rrn},,,2026-11-23,3.865,,2026-11-23,,")
    sign_in("support")
    assert "network.csv，第 2 行，交易金额，" in client.get("/desk/network/").text
