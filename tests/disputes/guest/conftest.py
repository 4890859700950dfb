"""Fixtures: a browser that found a payment, one that holds a case, and the way through a form."""

import re
from collections.abc import Callable

import pytest
from django.test import Client

from disputes.models import Draft


@pytest.fixture
def shop_payment(make_payment, shop):
    return make_payment(shop.merchant)


@pytest.fixture
def find(client) -> Callable[..., None]:
    """`find(payment)`: the browser looks the payment up and may see it for a while."""

    def do(payment, browser: Client = client) -> None:
        from django.utils import timezone

        local = timezone.localtime(payment.occurred_at)
        response = browser.post(
            "/lookup/",
            {
                "card_tail": payment.card_tail,
                "amount": f"{payment.amount_minor / 100:.2f}",
                "date": local.date().isoformat(),
                "time": f"{local:%H:%M}",
            },
        )
        assert response.status_code == 302, response.content.decode()

    return do


@pytest.fixture
def begin(client) -> Callable[..., Draft]:
    """`begin(kind="find_payment")` begins a draft in the browser."""

    def do(browser: Client = client, **values) -> Draft:
        response = browser.post("/open/", {k: str(v) for k, v in values.items()})
        assert response.status_code == 302, response.content.decode()
        public_id = re.match(r"/open/([0-9a-f-]{36})/", response["Location"])[1]
        return Draft.objects.get(public_id=public_id)

    return do


@pytest.fixture
def answer(client) -> Callable[..., object]:
    """`answer(draft, "words", body="…")` sends one page's form."""

    def do(draft, step: str, browser: Client = client, **values):
        return browser.post(f"/open/{draft.public_id}/{step}/", values)

    return do


@pytest.fixture
def fetch(client) -> Callable[..., int]:
    """`fetch(address)`: asks for a file, reads it to its end; the status."""

    def do(address: str, browser: Client = client) -> int:
        response = browser.get(address)
        if response.streaming:
            b"".join(response.streaming_content)
        return response.status_code

    return do


@pytest.fixture
def filled(begin, answer, find, shop_payment) -> Draft:
    """A refund request with every question answered, waiting to be sent."""
    find(shop_payment)
    draft = begin(kind="refund_request", payment=shop_payment.pk)
    answer(draft, "amount", amount_kind="part", amount="58")
    answer(draft, "words", body="点的清蒸鲈鱼一直没上。")
    answer(draft, "contact", contact="guest@example.org")
    return draft
