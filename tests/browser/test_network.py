"""A dispute with the card network through real pages: the shop gives the signed original, the
institution sends a draft of evidence, once."""

import zipfile

import pytest
from playwright.sync_api import expect

from disputes import actions
from disputes.models import NetworkDispute, NetworkEvidence
from disputes.network.incoming import Incoming
from tests.browser.conftest import PHONE, press
from tests.portal.uploads.files import picture

pytestmark = pytest.mark.django_db(transaction=True)


def test_from_the_signed_slip_to_the_evidence_that_was_sent(
    clock, open_browser, entered, desktop, case, shop, support, make_member, fits, console
):
    actions.receive_network(case.payment, Incoming("E04"), actor=support)
    track = NetworkDispute.objects.get()
    phone = entered(open_browser(**PHONE), shop.manager.user)
    phone.goto(f"/merchant/cases/network/{track.public_id}/")
    signed = {"name": "signed.jpg", "mimeType": "image/jpeg", "buffer": picture()}
    phone.locator("[name=files]").set_input_files([signed])
    press(phone.get_by_role("button", name="上传"))
    expect(phone.locator("main")).to_contain_text("签字小票收到了")
    fits(phone)

    page = entered(desktop, make_member("support").user)
    here = f"/desk/network/{track.public_id}/"
    page.goto(here)
    page.locator("summary", has_text="调单回复").click()
    pieces = page.locator("form:has([value=E05]) [name=evidence]")
    expect(pieces).to_have_count(3)  # the payment's facts, the signed slip, the conversation
    for place in range(3):
        expect(pieces.nth(place)).to_be_checked()
    fits(page)

    # Without what a retrieval wants it is not sent, and what was left out stays out.
    page.get_by_label("往来").uncheck()
    page.get_by_label("签字小票：").uncheck()
    page.locator("#text-E05").fill("见附件。")
    send = page.get_by_role("button", name="记下已发出：调单回复")
    press(send)
    expect(page.locator("form:has([value=E05]) .field-error")).to_contain_text("签字小票的原件")
    console.clear()  # Chromium says of every refused form that loading it failed
    expect(page.get_by_label("往来")).not_to_be_checked()
    expect(page.get_by_label("交易资料")).to_be_checked()
    expect(page.locator("#text-E05")).to_have_value("见附件。")
    assert not NetworkEvidence.objects.exists()

    page.get_by_label("签字小票：").check()
    press(send)
    expect(page.locator(".network-track")).to_contain_text("发出的 2 件材料")
    expect(page.locator("summary", has_text="调单回复")).to_have_count(0)
    sent = NetworkEvidence.objects.get()
    expect(page.locator(".network-hash")).to_contain_text(sent.sha256)
    fits(page)
    with page.expect_download() as got:
        page.get_by_text("发出的 2 件材料").click()
    with zipfile.ZipFile(got.value.path()) as archive:
        assert archive.namelist() == ["01-payment.txt", "03-signed-1.jpg"]

    # A second press of the same form, from a page that was left open, sends nothing more.
    page.goto(here)
    token = page.locator("[name=csrfmiddlewaretoken]").first.input_value()
    again = {"do": "E05", "text": "再发。", "evidence": "facts", "csrfmiddlewaretoken": token}
    headers = {"Referer": page.url}
    assert page.request.post(f"{here}act/", form=again, headers=headers).status == 422
    assert NetworkEvidence.objects.count() == 1
