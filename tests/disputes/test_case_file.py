"""A case as one file: what stands in it for whom, that it stays as it was issued."""

import hashlib
import io
import re
import uuid

import pikepdf
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import translation

from disputes import actions, erasing, money_back
from disputes.casefile import contents, making, pdf
from disputes.models import CaseFile
from disputes.tasks import sweep_case_files, sweep_clocks
from portal.accounts.actor import Actor
from portal.audit import keys
from portal.audit.models import Checkpoint, Event, OutsideCopy, Reading
from portal.erasure import erasing as ground_floor
from portal.erasure.models import Item
from portal.uploads import receiving
from tests.disputes.deeds import DEEDS, later_payment, letter
from tests.disputes.refunding import approve, propose
from tests.disputes.test_refund_gateway import file_tells
from tests.portal.uploads.files import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def talked(at_institution, support, shop, say, new_key):
    """Talk of every audience, and a picture from the customer."""
    case = at_institution
    customer = Actor.consumer(case.subject)
    upload = receiving.receive(
        SimpleUploadedFile("鲈鱼.jpg", picture()), subject=case.subject, actor=customer
    )
    actions.reply(
        case, actor=customer, body="照片在这里。", uploads=[upload], submission_key=new_key()
    )
    say(case, shop.manager, "店里查过监控。", audience="merchant")
    actions.add_note(case, actor=support, body="打过电话，语气激动。", submission_key=new_key())
    return case


@pytest.fixture
def issue(support):
    def do(case, actor=None, **values) -> CaseFile:
        given = {
            "scope": "shared",
            "party": "central_bank",
            "purpose": "人民银行重庆分行调取",
            "submission_key": uuid.uuid4(),
        }
        return actions.issue_file(case, actor=actor or support, **(given | values))

    return do


def text_of(file: CaseFile) -> str:
    """All sections as text, as the drawing gets them."""
    source = making.source_of(file)
    return pdf.file_html(source, contents.gather(source))


def test_the_customers_picture_is_drawn_in_it(talked, issue):
    file = issue(talked)
    sweep_case_files()
    file.refresh_from_db()
    with file.file.open("rb") as stored, pikepdf.open(stored) as drawn:
        seen = [(p.Width, p.Height) for page in drawn.pages for p in page.get_images().values()]
    assert (60, 40) in seen


def test_the_worker_makes_it_once_and_the_trail_tells(talked, issue, support):
    file = issue(talked)
    assert sweep_case_files() == 1
    file.refresh_from_db()
    with file.file.open("rb") as stored:
        data = stored.read()
    assert (file.state, file.sha256) == ("made", hashlib.sha256(data).hexdigest())
    with pikepdf.open(io.BytesIO(data)) as opened:
        assert len(opened.pages) == file.pages
        assert "/StructTreeRoot" in opened.Root
    event = Event.objects.get(subject=talked.subject, type="case.file_issued")
    assert file.sha256 in event.text
    assert OutsideCopy.objects.get(way="case_file").checkpoint_id == file.checkpoint
    seen = Reading.objects.get(what="printed")
    assert (seen.reader, seen.subject) == (support.id, talked.subject)
    assert sweep_case_files() == 0
    assert not making.work(file.pk)


@pytest.mark.parametrize(
    ("scope", "there", "not_there"),
    [
        ("shared", ["照片在这里。"], ["店里查过监控。", "语气激动"]),
        ("merchant", ["照片在这里。", "店里查过监控。"], ["语气激动"]),
        ("internal", ["照片在这里。", "店里查过监控。", "语气激动"], []),
    ],
)
def test_each_circle_reads_what_is_its_own(talked, issue, make_actor, scope, there, not_there):
    supervisor = make_actor("supervisor")
    text = text_of(issue(talked, actor=supervisor, scope=scope))
    assert all(words in text for words in there)
    assert not any(words in text for words in not_there)
    assert "guest@example.org" not in text


def test_it_tells_clocks_attachments_register_and_how_to_check_it(
    talked, issue, support, pass_time
):
    pass_time(hours=2)
    DEEDS["ask_consumer"](talked, support)
    actions.note_request(talked, actor=support, line=letter("file_request", reference="银调 7 号"))
    text = text_of(issue(talked))
    upload = talked.messages.filter(uploads__isnull=False).get().uploads.get()
    last = Event.objects.filter(subject=talked.subject).latest("sequence")
    note = Checkpoint.objects.order_by("-size")[0].note.strip().splitlines()[-1]
    for words in (
        "鲈鱼.jpg",
        upload.sha256,
        "一致",
        "停了",
        "等客户补充",
        "银调 7 号",
        "调取材料的要求",
        last.hash,
        note,
        str(keys.verifiers()[0]),
        "/.well-known/audit/checkpoint",
    ):
        assert words in text, words


def test_a_limit_that_nobody_kept_is_not_told_as_done(case, support, issue, pass_time):
    pass_time(hours=25)
    sweep_clocks()
    text = text_of(issue(case))
    assert "商户首次答复：超时，没有完成" in text
    assert "停于 2026-11-24 16:40:00：商户超时，自动转支付机构" in text
    assert "商户办完：没到时限就结束" in text
    assert "完成时" not in text


def test_what_paid_is_called_by_what_it_is(open_case, make_payment, shop, issue):
    code = make_payment(
        shop.merchant, card_tail="8819", entry_mode="Q", card_kind="code", slip_printed="no"
    )
    text = text_of(issue(open_case(payment=code)))
    assert "付款的单号" in text
    assert "单号后四位 8819" in text
    assert "付款的卡" not in text


def test_nothing_in_it_is_of_today_or_tomorrow(case, shop, issue):
    """It is read years later: days stand with their year, in lines of the conversation too."""
    refund = propose(case, shop.manager, 20_000)
    file_tells(refund.payment, 20_000)
    actions.link_redo(case, actor=shop.manager, payment=later_payment(case))
    text = text_of(issue(case))
    assert "客户在 2026-11-23 " in text
    assert not re.findall("今天|昨天|明天|[0-9]月[0-9]", text)


def test_no_mark_of_the_house_is_drawn_as_wide_as_a_chinese_one(talked, issue):
    """The font has no narrow one of these."""
    with translation.override("en"):
        html = text_of(issue(talked, purpose="asked for"))
    assert not re.findall(r"[\w ]*[‘’“”][\w ]*", html)


def test_the_money_that_goes_back_stands_in_it(open_case, support, issue):
    case = open_case()
    with transaction.atomic():
        money_back.reserve(case, "adjustment", 1200, key="adjustment:1")
    text = text_of(issue(case))
    assert "贷记调整" in text
    assert "¥12.00" in text


def test_every_width_of_a_table_has_its_style(talked, issue, root):
    style = (root / "templates/disputes/casefile/file.css").read_text("utf-8")
    source = making.source_of(issue(talked))
    tables = [table for part in contents.gather(source) for table in part.tables]
    assert tables
    for table in tables:
        assert sum(table.widths) == 100, table.title
        assert all(f".w{width} {{" in style for width in table.widths), table.widths


def test_a_changed_attachment_is_told(talked, issue):
    upload = talked.messages.filter(uploads__isnull=False).get().uploads.get()
    default_storage.delete(upload.file.name)
    default_storage.save(upload.file.name, ContentFile(b"not what came"))
    assert "不一致" in text_of(issue(talked))


def test_notes_go_out_by_a_supervisor_alone_and_the_form_is_checked(talked, issue, new_key):
    for values, field in (
        ({"scope": "internal"}, "file_scope"),
        ({"scope": "all"}, "file_scope"),
        ({"party": "x"}, "file_party"),
        ({"purpose": " "}, "file_purpose"),
    ):
        with pytest.raises(actions.Invalid) as refused:
            issue(talked, **values)
        assert refused.value.field == field
    key = new_key()
    assert issue(talked, submission_key=key) == issue(talked, submission_key=key)
    assert talked.files.count() == 1


def test_what_lies_there_is_looked_at_before_it_is_handed_out(client, sign_in, talked, issue):
    file = issue(talked)
    making.work(file.pk)
    file.refresh_from_db()
    sign_in("auditor")
    address = f"/desk/cases/{talked.number}/files/1.pdf"
    assert hashlib.sha256(client.get(address).content).hexdigest() == file.sha256
    assert Event.objects.filter(type="case.file_given").count() == 1
    default_storage.delete(file.file.name)
    default_storage.save(file.file.name, ContentFile(b"%PDF-1.7 another"))
    assert client.get(address).status_code == 302
    assert "和出具时的不一样" in client.get(f"/desk/cases/{talked.number}/upward/").text


def test_the_file_of_an_erased_customer_says_so_and_the_older_one_is_gone(
    talked, issue, close, support, make_actor
):
    old = issue(talked)
    making.work(old.pk)
    old.refresh_from_db()
    close(talked, support)
    Item.objects.create(subject=talked.subject, ground="consent", state="erased")
    ground_floor.erase(talked.subject, "consent", actor=make_actor("supervisor"))
    kept = CaseFile.objects.get(pk=old.pk)
    assert (kept.state, kept.file.name, kept.sha256) == ("erased", "", old.sha256)
    talked.refresh_from_db()
    file = issue(talked)
    assert making.work(file.pk)
    text = text_of(file)
    assert "本人撤回同意" in text
    assert "内容已依法删除" in text
    assert "照片在这里" not in text
    assert erasing.standing(talked.number).erased


def test_a_locked_case_is_used_for_nothing(talked, issue, close, support):
    close(talked, support)
    talked.locked_at = talked.locked_until = talked.closed_at
    talked.save()
    with pytest.raises(actions.NotAllowed):
        issue(talked)


def test_without_a_signature_it_waits_and_is_tried_again(talked, issue, monkeypatch):
    def broken(*_):
        raise keys.KeyUnusable("gone")

    file = issue(talked)
    monkeypatch.setattr(keys, "signers", broken)
    assert not making.work(file.pk)
    file.refresh_from_db()
    assert (file.state, file.failures) == ("waiting", 1)


def test_refunds_of_an_erased_customer_stay_in_the_file(case, shop, issue, close, make_actor):
    supervisor, operations = make_actor("supervisor"), make_actor("operations")
    refund = propose(case, shop.manager, reason="王女士没有等到鱼。")
    approve(case, supervisor)
    actions.note_executed(case, actor=operations, refund=refund.number, reference="112300012345")
    close(case, supervisor)
    Item.objects.create(subject=case.subject, ground="consent", state="erased")
    ground_floor.erase(case.subject, "consent", actor=supervisor)
    case.refresh_from_db()
    file = issue(case)
    assert making.work(file.pk)
    told = text_of(file)
    assert all(word in told for word in (refund.number, "¥386.50", "112300012345", "已执行"))
    refund.refresh_from_db()
    assert "王女士" not in told + refund.reason


# --- The customer's own -------------------------------------------------------------------------


def test_a_customer_takes_what_is_theirs_and_nothing_that_is_not(
    client, talked, shop, make_actor, hold, other_browser
):
    actions.propose_refund(
        talked,
        actor=shop.manager,
        amount_minor=25_050,
        reason="先提着。",
        submission_key=uuid.uuid4(),
    )
    hold(talked)
    page = f"/case/{talked.number}/file/"
    for _twice in range(2):
        client.post(page)
    file = talked.files.get()  # the second found that nothing had happened
    assert "正在准备" in client.get(page).text
    text = text_of(file)
    assert "照片在这里。" in text
    assert "客户本人" in text
    for hidden in ("店里查过监控。", "语气激动", "250.50", "guest@example.org"):
        assert hidden not in text
    sweep_case_files()
    assert f"{page}1.pdf" in client.get(page).text
    answer = client.get(f"{page}1.pdf")
    file.refresh_from_db()
    assert hashlib.sha256(answer.content).hexdigest() == file.sha256
    given = Event.objects.get(subject=talked.subject, type="case.file_given")
    assert (given.actor, Reading.objects.exists()) == (f"consumer:{talked.subject}", False)
    client.post(page)
    assert talked.files.count() == 1, "since then files alone were asked for and given"
    DEEDS["reply"](talked, Actor.consumer(talked.subject))
    client.post(page)
    assert talked.files.count() == 2
    assert other_browser.get(f"{page}1.pdf").status_code == 404


def test_a_customer_gets_no_file_that_was_issued_to_others(client, talked, issue, hold):
    file = issue(talked, scope="merchant")
    making.work(file.pk)
    hold(talked)
    assert client.get(f"/case/{talked.number}/file/1.pdf").status_code == 404


def test_a_day_has_room_for_so_many(client, talked, hold):
    hold(talked)
    for _turn in range(7):
        talked.files.update(state=CaseFile.State.FAILED)
        client.post(f"/case/{talked.number}/file/")
    assert talked.files.count() == 5
