"""A payment by a wallet's code has no card: no page calls the order's last digits a card's."""

import pytest

from disputes import case_links

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def case(open_case, make_payment, shop):
    payment = make_payment(
        shop.merchant, card_tail="8819", entry_mode="Q", card_kind="code", slip_printed="no"
    )
    return open_case(payment=payment)


def read(client, *paths: str) -> list[str]:
    return [client.get(path).text for path in paths]


def own(client, case, shop) -> list[str]:
    client.post(f"/link/{case_links.issue(case)}/")
    return read(client, f"/case/{case.number}/")


def of_the_desk(client, case, shop) -> list[str]:
    return read(client, f"/desk/cases/{case.number}/")


def of_the_shop(client, case, shop) -> list[str]:
    client.force_login(shop.clerk.user)
    return read(client, "/merchant/", "/merchant/payments/", f"/merchant/cases/{case.number}/")


@pytest.mark.parametrize("pages", [own, of_the_desk, of_the_shop])
@pytest.mark.parametrize(
    ("language", "says", "of_a_card"),
    [
        ("zh-hans", "单号后四位 8819", "尾号 8819"),
        ("en", "order no. ending in 8819", "card ending in 8819"),
    ],
)
def test_it_is_known_by_its_order_number(
    client, sign_in, case, shop, pages, language, says, of_a_card
):
    if pages is of_the_desk:
        sign_in("support")
    client.cookies["language"] = language
    for text in pages(client, case, shop):
        assert says in text
        assert of_a_card not in text


def test_the_facts_of_a_payment_say_so_too(client, sign_in, case):
    sign_in("support")
    assert "交易单号后四位" in client.get(f"/desk/payments/{case.payment.pk}/").text
