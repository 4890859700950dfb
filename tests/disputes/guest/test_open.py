"""Opening a case: /open/ and its questions, one a page."""

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disputes import actions
from disputes.models import Case, Draft
from portal.uploads.models import Upload
from tests.portal.uploads.files import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def path(draft, step: str) -> str:
    return f"/open/{draft.public_id}/{step}/"


def image(name="点菜单.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(), "image/jpeg")


# --- beginning


def test_it_begins_with_the_payment_that_this_browser_found(find, begin, shop_payment):
    find(shop_payment)
    draft = begin(kind="refund_request", payment=shop_payment.pk)
    assert draft.answers["payment"] == str(shop_payment.pk)
    assert draft.case is None


def test_it_begins_nothing_with_a_payment_that_this_browser_did_not_find(client, shop_payment):
    response = client.post("/open/", {"kind": "refund_request", "payment": str(shop_payment.pk)})
    assert response.status_code == 404
    assert shop_payment.merchant.name not in response.content.decode()
    assert not Draft.objects.exists()


@pytest.mark.parametrize("payment", ["x", "0192f3a0-7c1e-7b3a-9d5e-3f1b2a4c5d6e", "' OR 1=1 --"])
def test_it_answers_a_made_up_payment_like_one_that_may_not_be_seen(client, payment):
    response = client.post("/open/", {"kind": "refund_request", "payment": payment})
    assert response.status_code == 404
    assert "请再找一次" in response.content.decode()


def test_a_refund_needs_a_found_payment(client):
    response = client.post("/open/", {"kind": "refund_request"})
    assert response["Location"] == "/open/"


def test_an_unknown_kind_leads_to_the_choice(client, find, shop_payment):
    find(shop_payment)
    response = client.post("/open/", {"kind": "nonsense", "payment": str(shop_payment.pk)})
    assert response["Location"] == f"/payment/{shop_payment.pk}/question/"


def test_nothing_left_to_refund_leads_to_the_other_questions(client, find, make_payment, shop):
    payment = make_payment(shop.merchant, status="refunded", refunded_minor=38650)
    find(payment)
    response = client.post(
        "/open/", {"kind": "refund_request", "payment": str(payment.pk)}, follow=True
    )
    assert "现在没有可以退的金额" in response.content.decode()
    assert not Draft.objects.exists()


def test_the_start_page_offers_what_needs_no_payment(client):
    page = client.get("/open/").content.decode()
    for kind in ("find_payment", "no_slip", "disputed_charge", "service_complaint"):
        assert f'value="{kind}"' in page
    assert "refund_request" not in page
    assert not Draft.objects.exists()


def test_the_facts_of_the_look_up_are_not_asked_again(begin, client):
    draft = begin(
        kind="find_payment", card_tail="４８２１", date="2026-11-20", time="14:05", amount="￥386.5"
    )
    assert draft.answers["claimed"]["minor"] == 38650
    assert draft.answers["claimed"]["tail"] == "4821"
    response = client.get(path(draft, "words"))
    assert "第 2 步，共 4 步" in response.content.decode()


def test_begun_again_it_is_the_same_draft(find, begin, shop_payment):
    find(shop_payment)
    values = {"kind": "disputed_charge", "reason": "charged_twice", "payment": shop_payment.pk}
    assert begin(**values).pk == begin(**values).pk
    assert begin(**{**values, "reason": "other"}).pk != begin(**values).pk


# --- going through


def test_one_question_a_page_with_progress_and_a_way_back(find, begin, client, shop_payment):
    find(shop_payment)
    draft = begin(kind="refund_request", payment=shop_payment.pk)
    page = client.get(path(draft, "amount")).content.decode()
    assert "想退多少钱？" in page
    assert "第 1 步，共 4 步" in page
    assert f"/payment/{shop_payment.pk}/question/" in page
    client.post(path(draft, "amount"), {"amount_kind": "all"})
    assert path(draft, "amount") in client.get(path(draft, "words")).content.decode()


def test_nobody_is_led_past_an_open_question(find, begin, client, shop_payment):
    find(shop_payment)
    draft = begin(kind="refund_request", payment=shop_payment.pk)
    for later in ("words", "contact", "check"):
        assert client.get(path(draft, later))["Location"] == path(draft, "amount")
        assert client.post(path(draft, later), {"body": "x"})["Location"] == path(draft, "amount")
    assert client.get(path(draft, "nonsense"))["Location"] == path(draft, "amount")
    assert not Case.objects.exists()


def test_not_mine_first_shows_how_to_lock_the_card(find, begin, client, shop_payment):
    find(shop_payment)
    draft = begin(kind="disputed_charge", reason="not_mine", payment=shop_payment.pk)
    response = client.get(path(draft, "words"))
    assert response["Location"] == path(draft, "lock")
    page = client.get(path(draft, "lock")).content.decode()
    assert "锁卡" in page
    assert shop_payment.issuer_name in page


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"amount_kind": "part", "amount": "386.51"}, "最多可以申请 ¥386.50"),
        ({"amount_kind": "part", "amount": "1e3"}, "请填金额，例如 386.50"),
        ({"amount_kind": "part", "amount": "-0.00"}, "请填金额，例如 386.50"),
        ({"amount_kind": "part", "amount": "0"}, "金额要大于 0"),
        ({"amount_kind": "part", "amount": ""}, "请填金额，例如 386.50"),
        ({}, "请选退全部还是一部分"),
    ],
)
def test_an_amount_that_cannot_be_is_told_beside_its_field(
    find, begin, answer, shop_payment, typed, told
):
    find(shop_payment)
    draft = begin(kind="refund_request", payment=shop_payment.pk)
    page = answer(draft, "amount", **typed).content.decode()
    assert page.count(told) == 2, "in the summary and beside the field"
    draft.refresh_from_db()
    assert "amount" not in draft.answers.get("done", [])


def test_an_answer_made_wrong_again_has_to_be_mended(filled, answer, client):
    answer(filled, "contact", contact="nobody")
    assert client.get(path(filled, "check"))["Location"] == path(filled, "contact")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Li@Example.com", "Li@example.com"),
        ("138 0013 8000", "13800138000"),
        ("＋86 138-0013-8000", "13800138000"),
        ("ｌｉ＠example.org", "li@example.org"),
    ],
)
def test_one_field_takes_an_address_or_a_number(filled, answer, typed, kept):
    answer(filled, "contact", contact=typed)
    filled.refresh_from_db()
    assert filled.answers["contact"] == kept


@pytest.mark.parametrize("write", ["{}", "{}@example.com", "＋{}", "卡号{}"])
def test_a_card_number_is_no_contact_and_is_not_kept(filled, answer, write):
    number = "6217" * 3 + "4216"  # its check digit is right
    response = answer(filled, "contact", contact=write.format(number))
    assert "这像一个卡号" in response.content.decode()
    assert number not in response.content.decode()
    filled.refresh_from_db()
    assert filled.answers["contact"] == ""


@pytest.mark.parametrize("typed", ["li19900101123@163.com", "+86 138 0013 8000"])
def test_many_digits_alone_make_no_card_number(filled, answer, typed):
    assert answer(filled, "contact", contact=typed).status_code == 302


def test_of_words_that_are_refused_no_card_number_is_kept(filled, answer):
    number = "6217" * 3 + "4216"
    assert answer(filled, "words", body=number + "字" * 10_001).status_code == 200
    filled.refresh_from_db()
    assert number not in filled.answers["body"]


@pytest.mark.parametrize("typed", ["", "abc", "12345", "a@b", "@"])
def test_a_contact_that_cannot_be_reached_is_refused(filled, answer, typed):
    response = answer(filled, "contact", contact=typed)
    assert response.status_code == 200
    assert "id_contact_error" in response.content.decode()


def test_the_facts_are_read_kindly_and_a_card_number_is_not_kept(begin, answer):
    draft = begin(kind="find_payment")
    whole = "6222" + "0" * 8 + "4821"
    response = answer(
        draft, "facts", card_tail=whole, date="2026-11-20", time="1405", amount="386.50",
        merchant_name=f"店 {whole}",
    )  # fmt: skip
    assert "请不要填整个卡号" in response.content.decode()
    assert whole not in response.content.decode()
    draft.refresh_from_db()
    assert whole not in str(draft.answers)


def test_a_time_to_come_is_no_payment(begin, answer):
    draft = begin(kind="find_payment")
    page = answer(
        draft, "facts", card_tail="4821", date="2026-11-23", time="23:59", amount="1"
    ).content.decode()
    assert "还没有到" in page


def test_a_complaint_without_a_payment_may_know_nothing_of_it(begin, answer):
    draft = begin(kind="service_complaint")
    assert answer(draft, "facts")["Location"] == path(draft, "words")


def test_half_a_moment_is_asked_for_the_other_half(begin, answer):
    draft = begin(kind="service_complaint")
    assert "请填上日期和时间" in answer(draft, "facts", date="2026-11-20").content.decode()


# --- words and files


def test_files_are_kept_with_the_draft(filled, answer):
    answer(filled, "words", body="还有照片。", files=[image(), image("二.jpg")])
    assert [u.name for u in Upload.objects.filter(subject=f"draft:{filled.public_id}")] == [
        "点菜单.jpg",
        "二.jpg",
    ]


def test_a_refused_file_is_named_and_nothing_else_is_lost(filled, answer):
    program = SimpleUploadedFile("照片.jpg", b"MZ" + bytes(500), "image/jpeg")
    response = answer(filled, "words", body="还有照片。", files=[image(), program])
    page = response.content.decode()
    assert response.status_code == 200
    assert page.count("“照片.jpg”不是图片或 PDF") == 2
    assert "还有照片。" in page
    assert "点菜单.jpg" in page
    assert Upload.objects.count() == 1
    filled.refresh_from_db()
    assert filled.answers["body"] == "还有照片。"


def test_thirty_megabytes_are_told_and_the_words_stay(filled, answer):
    large = SimpleUploadedFile("录像.jpg", bytes(30 * 1024 * 1024), "image/jpeg")
    page = answer(filled, "words", body="文件很大。", files=[large]).content.decode()
    assert "超过了" in page
    assert "文件很大。" in page
    assert not Upload.objects.exists()


def test_a_name_with_path_parts_is_only_a_name(filled, answer):
    answer(filled, "words", body="看图。", files=[image("..\\..\\etc\\passwd.jpg")])
    upload = Upload.objects.get()
    assert upload.name == "passwd.jpg"
    assert upload.file.name == f"uploads/{upload.public_id.hex[:2]}/{upload.public_id.hex}"


def test_the_sixth_file_is_not_taken(filled, answer):
    answer(filled, "words", body="四张。", files=[image(f"{n}.jpg") for n in range(4)])
    page = answer(
        filled, "words", body="再两张。", files=[image("5.jpg"), image("6.jpg")]
    ).content.decode()
    assert "最多 5 个" in page
    assert Upload.objects.count() == 5


def test_a_file_can_be_taken_out_again_and_the_words_stay(filled, answer, own_files):
    answer(filled, "words", body="一张。", files=[image()])
    upload = Upload.objects.get()
    response = answer(filled, "words", body="改过的话。", remove=str(upload.public_id))
    assert response["Location"] == path(filled, "words")
    assert not Upload.objects.exists()
    assert not [p for p in own_files.rglob("*") if p.is_file()]
    filled.refresh_from_db()
    assert filled.answers["body"] == "改过的话。"


def test_a_file_of_another_draft_cannot_be_taken_out(filled, answer, begin, other_browser):
    theirs = begin(browser=other_browser, kind="no_slip")
    other_browser.post(path(theirs, "facts"), {})
    other_browser.post(path(theirs, "words"), {"body": "x", "files": [image()]})
    answer(filled, "words", body="x", remove=str(Upload.objects.get().public_id))
    assert Upload.objects.exists()


def test_words_are_needed_where_they_say_what_it_is_about(filled, answer):
    assert "请写下您要说的话" in answer(filled, "words", body=" \u200b ").content.decode()


def test_no_words_are_needed_to_ask_for_a_slip(find, begin, answer, shop_payment, client):
    find(shop_payment)
    draft = begin(kind="no_slip", payment=shop_payment.pk)
    assert answer(draft, "words")["Location"] == path(draft, "contact")
    answer(draft, "contact", contact="guest@example.org")
    client.post(path(draft, "check"))
    assert Case.objects.get().messages.first().body == "付了款，没有拿到小票，请补给我。"


def test_a_draft_file_is_read_by_its_browser_only(filled, answer, fetch, other_browser):
    answer(filled, "words", body="x", files=[image()])
    address = f"/files/{Upload.objects.get().public_id}/"
    assert fetch(address) == 200
    assert fetch(address, other_browser) == 404


# --- another browser


@pytest.mark.parametrize("step", ["amount", "words", "contact", "check", "sent"])
def test_another_browser_sees_nothing_of_a_draft(filled, other_browser, begin, step):
    begin(browser=other_browser, kind="no_slip")  # it has a cookie of its own
    response = other_browser.get(path(filled, step))
    assert response.status_code == 404
    assert "清蒸鲈鱼" not in response.content.decode()
    unknown = other_browser.get(f"/open/{uuid.uuid4()}/{step}/")
    assert unknown.status_code == 404


def test_another_browser_changes_and_sends_nothing(filled, other_browser):
    for step in ("words", "contact", "check", "sent"):
        assert other_browser.post(path(filled, step), {"contact": "thief@example.org"}).status_code
    filled.refresh_from_db()
    assert filled.answers["contact"] == "guest@example.org"
    assert not Case.objects.exists()


def test_after_a_week_a_draft_and_its_files_are_gone(filled, answer, pass_time, own_files):
    from disputes.tasks import erase_leftovers

    answer(filled, "words", body="x", files=[image()])
    pass_time(days=6)
    assert erase_leftovers() == 0
    pass_time(days=1)
    assert erase_leftovers() == 1
    assert not Draft.objects.exists()
    assert not Upload.objects.exists()
    assert not [p for p in own_files.rglob("*") if p.is_file()]


def test_erasing_a_sent_draft_leaves_the_case_and_its_files(filled, answer, client, pass_time):
    from disputes.tasks import erase_leftovers

    answer(filled, "words", body="看图。", files=[image()])
    client.post(path(filled, "check"))
    pass_time(days=8)
    erase_leftovers()
    assert not Draft.objects.exists()
    assert Upload.objects.get().subject == Case.objects.get().subject


def test_who_proved_the_first_case_is_shown_it_before_a_second(
    client, open_case, shop_payment, find, hold
):
    first = open_case(payment=shop_payment)
    find(shop_payment)
    form = {"payment": str(shop_payment.pk), "kind": "disputed_charge", "reason": "wrong_amount"}
    assert client.post("/open/", form).status_code == 302  # nothing proved: nothing shown
    hold(first)
    page = client.post("/open/", form)
    assert first.number in page.text
    assert f"/case/{first.number}/" in page.text
    assert Draft.objects.count() == 1
    begun = client.post("/open/", form | {"another": "1"})
    assert Draft.objects.latest("pk").answers["reason"] == "wrong_amount"
    assert begun.status_code == 302
    again = client.post("/open/", form | {"kind": first.kind})
    assert 'name="another"' not in again.text


def test_a_closed_case_bars_nobody(client, open_case, shop_payment, find, hold, consumer_of):
    first = open_case(payment=shop_payment)
    actions.withdraw(first, actor=consumer_of(first))
    find(shop_payment)
    hold(first)
    form = {"payment": str(shop_payment.pk), "kind": "service_complaint"}
    assert client.post("/open/", form).status_code == 302
