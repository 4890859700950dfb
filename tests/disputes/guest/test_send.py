"""The end of the form: the summary, sending it once, the number and the private link."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disputes.models import Case, Draft
from portal.gate.models import Link, Pass
from portal.outbox.models import Entry
from portal.uploads.models import Upload
from tests.portal.uploads.files import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def path(draft, step: str) -> str:
    return f"/open/{draft.public_id}/{step}/"


def image(name="点菜单.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(), "image/jpeg")


# --- checking and sending


def test_the_summary_shows_all_of_it_and_what_happens_next_with_dates(filled, client):
    page = client.get(path(filled, "check")).content.decode()
    for told in ("¥58.00", "点的清蒸鲈鱼一直没上。", "guest@example.org", "商户答复您"):
        assert told in page
    assert "最迟 明天 15:40" in page
    assert f"{path(filled, 'amount')}?check" in page


def test_changed_from_the_summary_one_is_back_at_the_summary(filled, client):
    page = client.get(path(filled, "amount") + "?check").content.decode()
    assert 'name="back_to_check"' in page
    response = client.post(path(filled, "amount"), {"amount_kind": "all", "back_to_check": "1"})
    assert response["Location"] == path(filled, "check")


def test_sent_it_is_a_case_of_this_browser(filled, client, shop, run_outbox, mailoutbox):
    response = client.post(path(filled, "check"), follow=True)
    case = Case.objects.get()
    assert (case.kind, case.stage, case.requested_minor) == ("refund_request", "merchant", 5800)
    assert (case.contact, case.language) == ("guest@example.org", "zh-hans")
    assert case.messages.first().body == "点的清蒸鲈鱼一直没上。"
    assert case.number in response.content.decode()
    assert client.get(f"/case/{case.number}/").status_code == 200
    run_outbox()
    assert any(mail.to == ["guest@example.org"] for mail in mailoutbox)
    filled.refresh_from_db()
    assert filled.case == case
    assert "guest@example.org" not in str(filled.answers)


def test_in_english_the_case_is_in_english(filled, client):
    client.cookies["language"] = "en"
    client.post(path(filled, "check"))
    assert Case.objects.get().language == "en"


def test_sent_twice_it_is_one_case(filled, client):
    first = client.post(path(filled, "check"))
    second = client.post(path(filled, "check"))
    assert first["Location"] == second["Location"] == f"/open/{filled.public_id}/sent/"
    assert Case.objects.count() == 1
    assert Entry.objects.filter(recipient="guest@example.org").count() == 1


def test_sent_again_after_a_crash_before_the_draft_knew_it_is_one_case(filled, client):
    answers = dict(filled.answers)
    client.post(path(filled, "check"))
    Draft.objects.filter(pk=filled.pk).update(case=None, answers=Draft.objects.get().answers)
    Draft.objects.filter(pk=filled.pk).update(answers={**answers, **_done(filled)})
    assert client.post(path(filled, "check")).status_code == 302
    assert Case.objects.count() == 1


def _done(draft) -> dict:
    return {
        "kind": "refund_request",
        "requested_minor": 5800,
        "body": "点的清蒸鲈鱼一直没上。",
        "contact": "guest@example.org",
        "done": ["amount", "words", "contact"],
    }


def test_the_files_go_with_the_case(filled, answer, client, fetch):
    answer(filled, "words", body="看图。", files=[image()])
    client.post(path(filled, "check"))
    upload = Upload.objects.get()
    assert upload.subject == Case.objects.get().subject
    assert fetch(f"/files/{upload.public_id}/") == 200


def test_a_second_request_of_the_same_person_is_told_kindly(
    filled, client, begin, answer, shop_payment
):
    client.post(path(filled, "check"))
    Pass.objects.filter(purpose="case").delete()  # weeks later, or by another browser
    again = begin(kind="refund_request", payment=shop_payment.pk)
    answer(again, "amount", amount_kind="all")
    answer(again, "words", body="再说一次。")
    answer(again, "contact", contact="guest@example.org")
    response = client.post(path(again, "check"))
    assert response.status_code == 200
    assert "您已经提交过这件事" in response.content.decode()
    first = Case.objects.get()
    assert first.number not in response.text  # not before it is proved to be theirs
    code_page = client.post(path(again, "check"), {"open_first": "1"}, follow=True)
    assert code_page.status_code == 200
    (code,) = Entry.objects.filter(topic="case.code")
    digits = re.search(r"\d{6}", str(code.payload))[0]
    opened = client.post(code_page.request["PATH_INFO"], {"code": digits})
    assert opened["Location"] == f"/case/{first.number}/"
    assert Case.objects.count() == 1


def test_what_became_impossible_meanwhile_is_told_with_the_way_to_mend_it(
    filled, client, shop_payment
):
    shop_payment.status, shop_payment.refunded_minor = "partly_refunded", 38000
    shop_payment.save()
    page = client.post(path(filled, "check")).content.decode()
    assert "最多可以申请 ¥6.50" in page
    assert f"{path(filled, 'amount')}?check" in page
    assert not Case.objects.exists()


def test_the_case_is_open_though_worker_and_mail_server_are_away(
    filled, client, settings, monkeypatch
):
    def away(*args, **kwargs):
        raise OSError("nobody listens")

    monkeypatch.setattr("celery.current_app.send_task", away)
    assert client.post(path(filled, "check")).status_code == 302
    assert Case.objects.exists()
    assert Entry.objects.filter(recipient="guest@example.org", state="pending").count() == 1


# --- after sending


def link_on(page: str) -> str:
    found = re.search(r'value="http://127\.0\.0\.1:8000(/link/[^"]+)"', page)
    return found[1] if found else ""


def test_the_private_link_is_shown_once_and_opens_the_case_elsewhere(filled, client, other_browser):
    page = client.post(path(filled, "check"), follow=True).content.decode()
    link = link_on(page)
    assert link
    assert "最迟 明天 15:40" in page
    again = client.get(path(filled, "sent")).content.decode()
    assert not link_on(again)
    number = Case.objects.get().number
    assert other_browser.get(f"/case/{number}/").status_code == 404
    assert other_browser.post(link)["Location"] == f"/case/{number}/"
    assert other_browser.get(f"/case/{number}/").status_code == 200


def test_the_link_is_kept_nowhere(filled, client):
    token = link_on(client.post(path(filled, "check"), follow=True).content.decode())[6:-1]
    assert token not in str(list(Link.objects.values()))
    assert token not in str(list(Draft.objects.values()))


def test_another_link_can_be_asked_for(filled, client):
    client.post(path(filled, "check"), follow=True)
    assert link_on(client.post(path(filled, "sent")).content.decode())


def test_the_contact_is_not_repeated_in_full_after_sending(filled, client):
    page = client.post(path(filled, "check"), follow=True).content.decode()
    assert "guest@example.org" not in page
    assert "gu***@example.org" in page
