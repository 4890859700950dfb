"""The mask for whole card numbers, and the fields of people's names that take none."""

import pytest

from portal import card_numbers
from portal.accounts import actions
from portal.accounts.errors import Invalid
from portal.accounts.models import Invitation, Organisation, User
from portal.uploads import names
from tests.cards import a_card_number, with_check_digit


@pytest.mark.parametrize("length", [13, 16, 19])
@pytest.mark.parametrize("between", ["", " ", "-", "\u00a0"])
@pytest.mark.parametrize("in_files", [False, True])
def test_the_last_four_digits_stay(length, between, in_files):
    number = a_card_number(length)
    written = between.join(number[i : i + 4] for i in range(0, length, 4))
    masked = card_numbers.masked(f"卡{written}，查", in_files=in_files)
    assert masked == f"卡**** {number[-4:]}，查"


def test_two_numbers_beside_each_other_both_go():
    first, second = a_card_number(), a_card_number(start="4")
    assert card_numbers.masked(f"{first}, {second}") == f"**** {first[-4:]}, **** {second[-4:]}"
    assert second[:12] not in card_numbers.masked(f"{first} {second}")


def test_an_order_of_a_file_stays_where_a_persons_word_would_go():
    order = with_check_digit("20261120140533" + "00")
    assert card_numbers.masked(order, in_files=True) == order
    assert card_numbers.masked(order) == f"**** {order[-4:]}"


@pytest.mark.parametrize(
    "text",
    ["", "林新", "027-88886666", "13800138000", "6" * 28, "2026-11-20 14:05 付 386.50 元，谢谢"],
)
@pytest.mark.parametrize("in_files", [False, True])
def test_other_numbers_stay(text, in_files):
    assert card_numbers.masked(text, in_files=in_files) == text
    assert not card_numbers.holds_one(text)


def test_a_file_is_not_named_after_a_card():
    number = a_card_number()
    assert names.clean(f"卡 {number}.jpg", "image/jpeg") == f"卡 {number[-4:]}.jpg"
    assert names.clean("IMG_20261120_140533017.jpg", "image/jpeg") == "IMG_20261120_140533017.jpg"


@pytest.mark.parametrize("field", ["name", "email"])
def test_no_invitation_is_kept_under_a_card_number(make_actor, institution, field):
    typed = a_card_number() + ("@example.org" if field == "email" else "")
    given = {"email": "new@example.org", "name": "林新"} | {field: typed}
    with pytest.raises(Invalid) as refused:
        actions.invite(institution, role="support", actor=make_actor("administrator"), **given)
    assert refused.value.field == field
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("page", "field"),
    [
        ("invite/{}/", "name"),
        ("invite/{}/", "email"),
        ("merchant/", "name"),
        ("merchant/", "person"),
        ("merchant/", "email"),
        ("merchant/", "merchant_numbers"),
    ],
)
def test_a_page_about_people_takes_none_and_sends_none_back(
    client, sign_in, institution, make_merchant, page, field
):
    sign_in("administrator")
    number, organisations = a_card_number(), Organisation.objects.count()
    given = {
        "email": "a@example.org",
        "name": "林新",
        "person": "林新",
        "role": "support",
        "language": "zh-hans",
        "merchant_numbers": make_merchant().merchant_no,
    } | {field: f"{number}@example.org" if field == "email" else number}
    said = client.post(f"/account/people/{page.format(institution.public_id)}", given).text
    assert "这像一个卡号，我们没有保存" in said
    assert f'id="id_{field}_error"' in said
    assert number not in said
    assert not Invitation.objects.exists()
    assert Organisation.objects.count() == organisations


def test_nobody_is_searched_for_by_a_card_number(client, sign_in):
    sign_in("administrator")
    response = client.get("/account/people/", {"q": a_card_number()})
    assert response.headers["Location"] == "/account/people/"


@pytest.mark.parametrize("field", ["name", "username"])
def test_an_account_bears_none(make_actor, institution, field):
    place = actions.invite(
        institution, role="support", email="a@example.org", actor=make_actor("administrator")
    )
    given = {"username": "lin.xin", "name": "林新", "password": "paper lamp river stone"}
    with pytest.raises(Invalid) as refused:
        actions.accept_invitation(place, **given | {field: a_card_number()})
    assert refused.value.field == field
    assert not User.objects.filter(email="a@example.org").exists()
