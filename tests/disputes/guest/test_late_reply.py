"""A customer answers by an old page a case that was closed or merged meanwhile."""

import re
import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from disputes import actions
from tests.portal.uploads.files import picture

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def held(case, hold):
    """The case, and a browser that holds it."""
    hold(case)
    return case


def path(case) -> str:
    return f"/case/{case.number}/"


def image(name="点菜单.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture(), "image/jpeg")


def form(**values) -> dict:
    return {"submission_key": str(uuid.uuid4()), "body": "12 号桌。"} | values


def test_an_answer_to_a_closed_case_is_told_what_happened(held, client, shop, close):
    close(held, shop.manager)
    text = client.post(path(held), form()).content.decode()
    told = text.partition('role="alert"')[2].partition("</section>")[0]
    assert "您刚才写的还没有发出去" in told
    assert "由商户办结" in told
    assert not held.messages.filter(body="12 号桌。").exists()


def test_its_words_and_files_are_there_and_go_on_with_one_press(held, client, shop, close):
    close(held, shop.manager)
    text = client.post(path(held), form(files=[image()])).content.decode()
    told = text.partition('role="alert"')[2].partition("</section>")[0]
    assert "12 号桌。</textarea>" in told
    assert f'action="{path(held)}continue/"' in told
    assert "点菜单.jpg" in told
    assert "点菜单.jpg" in client.get(f"{path(held)}continue/").content.decode()
    key = re.search(r'name="submission_key" value="([^"]+)"', told)[1]
    client.post(f"{path(held)}continue/", {"body": "12 号桌。", "submission_key": key})
    message = held.messages.get(body="12 号桌。")
    assert (message.event, message.uploads.get().name) == ("continued", "点菜单.jpg")


def test_too_late_to_go_on_the_words_are_there_to_be_copied(
    held, client, shop, close, clock, pass_time, hold
):
    close(held, shop.manager)
    pass_time(days=31)
    hold(held)
    text = client.post(path(held), form()).content.decode()
    told = text.partition('role="alert"')[2].partition("</section>")[0]
    assert "可以重新提出一件" in told
    assert "12 号桌。</textarea>" in told
    assert "<button" not in told


def test_to_a_merged_one_the_words_are_sent_in_the_other(
    case, open_case, client, hold, shop, make_payment, support
):
    later = open_case(payment=make_payment(shop.merchant))
    actions.merge(later, actor=support, other=case)
    hold(later)
    text = client.post(path(later), form()).content.decode()
    told = text.partition('role="alert"')[2].partition("</section>")[0]
    assert case.number in told
    assert f'action="{path(case)}"' in told
    assert "12 号桌。</textarea>" in told
    client.post(path(case), form())
    assert case.messages.filter(body="12 号桌。").exists()
