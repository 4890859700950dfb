"""/case/<number>/: where it is, what was said, what can be done; for its customer only."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disputes import actions, case_links
from disputes.models import Message
from portal.uploads.models import Upload
from tests.portal.uploads.files import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def held(case, hold):
    """The case, and a browser that holds it."""
    hold(case)
    return case


def path(case, verb: str = "") -> str:
    return f"/case/{case.number}/{verb}"


def page(client, case) -> str:
    response = client.get(path(case))
    assert response.status_code == 200
    return response.content.decode()


def image(name="点菜单.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(), "image/jpeg")


def form(**values) -> dict:
    return {"submission_key": str(uuid.uuid4()), "body": "12 号桌。"} | values


# --- who may see it


@pytest.mark.parametrize("verb", ["", "withdraw/", "escalate/", "continue/"])
def test_without_the_pass_it_leads_to_the_code_as_for_an_unknown_number(
    case, client, other_browser, hold, open_case, verb
):
    client.get("/")
    known = client.get(path(case, verb))
    unknown = client.get(f"/case/9912-0001/{verb}")
    assert known.status_code == unknown.status_code == 404
    for response in (known, unknown):
        assert "请先确认是您本人" in response.content.decode()
        assert "清蒸鲈鱼" not in response.content.decode()


def test_a_pass_for_one_case_opens_no_other(case, open_case, hold, client):
    hold(open_case(contact="other@example.org"))
    assert client.get(path(case)).status_code == 404
    assert client.post(path(case), form()).status_code == 404
    assert client.post(path(case, "withdraw/")).status_code == 404
    case.refresh_from_db()
    assert case.is_open
    assert case.messages.filter(author_kind="consumer").count() == 1


def test_staff_signed_in_see_their_desk_and_not_this_page(case, client, sign_in):
    sign_in("support")
    assert client.get(path(case)).status_code == 404


def test_a_revoked_link_ends_what_it_opened(held, client):
    from portal.gate import links

    links.revoke(case_links.PURPOSE, held.number)
    assert client.get(path(held)).status_code == 404


def test_nobody_keeps_or_indexes_it(held, client):
    response = client.get(path(held))
    assert "no-store" in response["Cache-Control"]
    assert "noindex" in response["X-Robots-Tag"]


def test_the_case_lets_its_browser_see_the_payment_too(held, client, other_browser, make_payment):
    assert client.get(f"/payment/{held.payment_id}/").status_code == 200
    assert other_browser.get(f"/payment/{held.payment_id}/").status_code == 404
    assert client.get(f"/payment/{make_payment().pk}/").status_code == 404


def test_with_the_case_goes_the_payment(held, client):
    from portal.gate import links

    links.revoke(case_links.PURPOSE, held.number)
    assert client.get(f"/payment/{held.payment_id}/").status_code == 404


# --- where it is


def test_the_band_says_who_is_to_act_until_when(held, client):
    text = page(client, held)
    assert "商户应在 明天 15:40 前答复您" in text
    assert "还剩 24 小时" in text


def test_time_spent_waiting_for_the_customer_is_told(held, client, shop, pass_time, say, support):
    actions.ask_consumer(held, actor=support, body="请问几号桌？", submission_key=uuid.uuid4())
    text = page(client, held)
    assert "请回答下面的问题" in text
    assert "已暂停" in text
    pass_time(minutes=48)
    client.post(path(held), form())
    text = page(client, held)
    assert "等您补充的 48 分钟没算在内" in text
    assert "商户应在 明天 16:28 前答复您" in text


def test_at_the_institution_it_says_so(held, client, support):
    actions.escalate(held, actor=support)
    text = page(client, held)
    assert "应在 12月8日 周二 24:00 前答复您" in text
    assert "转给江岸支付" in text


def test_a_missed_deadline_is_told(held, client, pass_time):
    pass_time(hours=26)
    text = page(client, held)
    assert "chip-missed" in text
    assert "超时 2 小时" in text


def test_the_outcome_stands_on_the_band(held, client, shop, close):
    close(held, shop.manager)
    text = page(client, held)
    assert "有结果了" in text
    assert "对结果不满意" in text
    assert 'name="body"' not in text


@pytest.mark.parametrize(
    "values",
    [
        {"kind": "no_slip"},
        {"kind": "service_complaint"},
        {"kind": "disputed_charge", "reason": "not_mine"},
        {"kind": "find_payment", "payment": None},
        {
            "kind": "find_payment",
            "payment": None,
            "claimed": actions.Claimed(tail="4821", minor=2590, merchant="小雨文具"),
        },
    ],
)
def test_a_case_of_every_kind_has_its_page(open_case, hold, client, values):
    case = open_case(**values)
    hold(case)
    assert case.number in page(client, case)


def test_it_is_there_in_english(held, client):
    client.cookies["language"] = "en"
    assert "The merchant must answer you by tomorrow 15:40" in page(client, held)


# --- what was said


def test_only_what_is_said_to_all_is_shown(held, client, shop, support, say):
    say(held, support, "给客户的话。")
    say(held, support, "只给商户的话。", audience="merchant")
    say(held, shop.clerk, "商户给机构的话。", audience="merchant")
    actions.add_note(held, actor=support, body="内部的话。", submission_key=uuid.uuid4())
    actions.add_note(held, actor=shop.manager, body="店里的话。", submission_key=uuid.uuid4())
    text = page(client, held)
    assert "给客户的话。" in text
    for hidden in ("只给商户的话", "商户给机构的话", "内部的话", "店里的话"):
        assert hidden not in text


def test_staff_are_named_by_their_house_and_not_by_name(held, client, support, say):
    say(held, support)
    text = page(client, held)
    assert "江岸支付 客服" in text
    assert support.user.name not in text


def test_what_people_write_is_text_and_nothing_else(held, client):
    client.post(path(held), form(body="<script>alert(1)</script>"))
    text = page(client, held)
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;" in text


# --- answering


def test_an_answer_with_a_picture_stands_in_the_conversation(held, client, fetch, other_browser):
    response = client.post(path(held), form(files=[image()]), follow=True)
    text = response.content.decode()
    assert "12 号桌。" in text
    assert "点菜单.jpg" in text
    upload = Upload.objects.get()
    assert fetch(f"/files/{upload.public_id}/") == 200
    assert fetch(f"/files/{upload.public_id}/", other_browser) == 404


def test_the_form_sent_twice_is_one_message(held, client):
    values = form()
    for _time in range(2):
        assert client.post(path(held), values | {"files": [image()]}).status_code == 302
    assert held.messages.filter(body="12 号桌。").count() == 1
    assert Upload.objects.count() == 1


def test_a_form_that_lost_its_key_is_still_taken(held, client):
    client.post(path(held), {"body": "没有钥匙。"})
    assert held.messages.filter(body="没有钥匙。").exists()


def test_without_words_it_asks_for_them_and_keeps_the_file(held, client):
    text = client.post(path(held), form(body=" ", files=[image()])).content.decode()
    assert "请写下您要说的话" in text
    assert "点菜单.jpg" in text
    client.post(path(held), form(body="现在有话了。"))
    assert held.messages.get(body="现在有话了。").uploads.get().name == "点菜单.jpg"


def test_a_refused_file_is_named_and_words_and_good_files_stay(held, client):
    program = SimpleUploadedFile("账单.pdf", b"MZ" + bytes(99), "application/pdf")
    text = client.post(path(held), form(files=[program, image()])).content.decode()
    assert text.count("“账单.pdf”不是图片或 PDF") == 2
    assert "12 号桌。" in text
    assert "点菜单.jpg" in text
    assert held.messages.filter(author_kind="consumer").count() == 1


def test_a_waiting_file_can_be_taken_out(held, client):
    client.post(path(held), form(body="", files=[image()]))
    upload = Upload.objects.get()
    text = client.post(
        path(held), form(body="留着的话", remove=str(upload.public_id))
    ).content.decode()
    assert "留着的话" in text
    assert not Upload.objects.exists()


def test_a_file_of_another_case_cannot_be_taken_out(held, client, open_case, consumer_of):
    other = open_case(contact="other@example.org")
    theirs = Upload.objects.create(
        subject=other.subject,
        uploaded_by=consumer_of(other).id,
        name="x.jpg",
        content_type="image/jpeg",
        size=1,
        sha256="0" * 64,
        received_sha256="0" * 64,
        file="uploads/x",
    )
    client.post(path(held), form(remove=str(theirs.public_id)))
    assert Upload.objects.filter(pk=theirs.pk).exists()


def test_what_the_institution_decided_is_not_told_as_the_shops_answer(
    held, client, shop, support, close, say
):
    assert "商户答复您" in page(client, held)
    close(held, support, "reject")
    text = page(client, held)
    assert "没有支持" in text
    assert "商户答复您" not in text
    assert "商户办完" not in text


def test_what_the_shop_answered_and_settled_stays_told(held, client, shop, close, say):
    close(held, shop.manager)
    text = page(client, held)
    assert "商户答复您" in text
    assert "商户办完" in text


# --- files of a case


def test_a_file_hung_on_a_message_for_others_is_not_the_customers(
    held, client, fetch, shop, say, consumer_of
):
    client.post(path(held), form(files=[image()]))
    upload = Upload.objects.get()
    Message.objects.filter(uploads=upload).update(audience="merchant")
    assert fetch(f"/files/{upload.public_id}/") == 404


def test_files_are_read_by_the_parties_and_by_no_other_shop(
    held, client, fetch, shop, make_shop, sign_in, make_member, other_browser
):
    client.post(path(held), form(files=[image()]))
    address = f"/files/{Upload.objects.get().public_id}/"
    for role, organisation, status in (
        ("clerk", shop.organisation, 200),
        ("support", None, 200),
        ("auditor", None, 200),
        ("administrator", None, 404),
        ("manager", make_shop().organisation, 404),
    ):
        other_browser.force_login(make_member(role, organisation).user)
        assert fetch(address, other_browser) == status, role


def test_a_file_that_hangs_on_no_message_is_nobodys(held, client, fetch):
    client.post(path(held), form(body="", files=[image()]))
    assert fetch(f"/files/{Upload.objects.get().public_id}/") == 404


# --- doing


def test_it_offers_what_the_policy_allows(held, client):
    text = page(client, held)
    assert path(held, "escalate/") in text
    assert path(held, "withdraw/") in text
    assert path(held, "continue/") not in text


def test_asking_for_the_institution_is_confirmed_first(held, client):
    assert "24:00 答复您" in client.get(path(held, "escalate/")).content.decode()
    held.refresh_from_db()
    assert held.stage == "merchant", "reading the question changes nothing"
    text = client.post(path(held, "escalate/"), follow=True).content.decode()
    held.refresh_from_db()
    assert held.stage == "institution"
    assert "您请江岸支付处理，不再等商户。" in text
    assert path(held, "escalate/") not in text


def test_withdrawing_is_confirmed_first(held, client):
    assert "撤回申请？" in client.get(path(held, "withdraw/")).content.decode()
    held.refresh_from_db()
    assert held.is_open
    text = client.post(path(held, "withdraw/"), follow=True).content.decode()
    assert "您撤回了申请" in text
    held.refresh_from_db()
    assert held.status == "withdrawn"


def test_done_twice_it_is_done_once_and_said_kindly(held, client):
    client.post(path(held, "withdraw/"))
    text = client.post(path(held, "withdraw/"), follow=True).content.decode()
    assert "撤回" in text
    assert held.messages.filter(event="withdrawn").count() == 1


def test_not_satisfied_it_goes_on_at_the_institution(held, client, shop, close):
    close(held, shop.manager, "reject")
    text = client.post(path(held, "continue/"), form(body=" ")).content.decode()
    assert "请写下您要说的话" in text
    client.post(path(held, "continue/"), form(body="菜确实没上。"))
    held.refresh_from_db()
    assert (held.stage, held.status, held.continued) == ("institution", "new", 1)
    assert "菜确实没上。" in page(client, held)


def test_after_thirty_days_it_is_no_longer_offered(held, client, shop, close, pass_time, hold):
    close(held, shop.manager)
    pass_time(days=29)
    hold(held)
    assert path(held, "continue/") in page(client, held)
    pass_time(days=2)
    assert path(held, "continue/") not in page(client, held)
    assert client.get(path(held, "continue/"))["Location"] == path(held)


def test_what_cannot_be_done_now_leads_back(held, client):
    assert client.get(path(held, "continue/"))["Location"] == path(held)
