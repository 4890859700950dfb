"""The eyes that the other browser tests look with can see: each is shown a fault."""

import pytest

pytestmark = [pytest.mark.once, pytest.mark.django_db(transaction=True)]


def test_axe_sees_a_picture_without_words(phone, axe):
    phone.goto("/")
    phone.evaluate("document.querySelector('main').append(new Image())")
    with pytest.raises(AssertionError, match="image-alt"):
        axe(phone)


def test_a_page_that_is_too_wide_is_seen(phone, fits):
    phone.goto("/")
    phone.evaluate(
        "document.querySelector('main').append(Object.assign("
        "document.createElement('p'), {textContent: '字', id: 'wide'}));"
        "document.styleSheets[0].insertRule('#wide { width: 900px }')"
    )
    with pytest.raises(AssertionError, match="wider than the screen"):
        fits(phone)


def test_an_inline_script_is_refused_and_noticed(phone, console):
    phone.goto("/")
    phone.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), "
        "{textContent: 'window.reached = true'}))"
    )
    assert phone.evaluate("window.reached") is None
    assert any("Content Security Policy" in line for line in console)
    console.clear()
