"""A real Chromium, a real server, and eyes for what a person would not see at once.

Every page that a test opens here fails it when the browser's console says anything: an error, a
warning, a violation of the content security policy.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Locator,
    Page,
    sync_playwright,
)

from tests import tools

PHONE = {"width": 360, "height": 780}
DESKTOP = {"width": 1280, "height": 800}
# Rendering by software and no calls home: the same on a machine without a screen or a network.
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# Of what axe answers, the violations; nothing of ours needs the style sheets fetched once more.
AXE = """() => axe.run({resultTypes: ["violations"], preload: false})
  .then(found => found.violations.map(({id, impact, help, nodes}) =>
    ({id, impact, help, nodes: nodes.map(node => node.html.slice(0, 200))})))"""


def press(button: Locator) -> None:
    """Click, and stay until the page that follows is there.

    A click alone returns while the old page stands; what is asked next may be asked of that.
    """
    with button.page.expect_navigation():
        button.click()


@pytest.fixture(scope="session")
def browser():
    import os

    # Playwright's loop would make Django believe that it is called from async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM") or own_or_system(playwright.chromium.executable_path)
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


def own_or_system(own: str) -> str:
    """Playwright's Chromium where it was fetched, else the system's."""
    if Path(own).exists():
        return own
    return tools.find("chromium", "chromium-browser", "google-chrome")


@pytest.fixture
def console() -> list[str]:
    """What browsers said in this test. Empty it (`console.clear()`) after saying why."""
    return []


@pytest.fixture
def open_browser(browser: Browser, live_server, console) -> Callable[..., Page]:
    """`open_browser(width=360, height=780)`: a fresh person's browser, no cookies."""
    contexts: list[BrowserContext] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            console.append(f"{message.type}: {message.text} ({message.location.get('url')})")

    def make(*, width: int, height: int, javascript: bool = True, **options) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            java_script_enabled=javascript,
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(10_000)
        if javascript:  # sent to the browser once, not for each page that is looked at
            context.add_init_script(AXE_SCRIPT)
        contexts.append(context)
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: console.append(f"exception: {error}"))
        return page

    yield make
    for context in contexts:
        context.close()
    assert console == [], "the browser's console: " + "\n".join(console)


@pytest.fixture
def phone(open_browser) -> Page:
    return open_browser(**PHONE)


@pytest.fixture
def desktop(open_browser) -> Page:
    return open_browser(**DESKTOP)


@pytest.fixture
def plain_phone(open_browser) -> Page:
    """A phone whose browser runs no JavaScript."""
    return open_browser(**PHONE, javascript=False)


@pytest.fixture
def entered(live_server, client) -> Callable[..., Page]:
    """`entered(page, user)`: that browser now holds the user's session."""

    def enter(page: Page, user, language="zh-hans") -> Page:
        client.force_login(user)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [
                {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url},
                {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url},
            ]
        )
        return page

    return enter


def violations(page: Page) -> list[dict]:
    """What axe finds on the page: `id`, `impact`, `help`, and the HTML of its `nodes`."""
    return page.evaluate(AXE)


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails the test on any violation that axe finds, and names the elements."""

    def check(page: Page) -> None:
        words = [
            f"{each['id']} ({each['impact']}): {each['help']}\n    " + "\n    ".join(each["nodes"])
            for each in violations(page)
        ]
        assert not words, f"{page.url}\n" + "\n".join(words)

    return check


@pytest.fixture
def fits(axe) -> Callable[[Page], None]:
    """`fits(page)`: axe finds nothing, and nothing sticks out sideways; `fits(page, look=False)`
    asks for the width alone."""

    def check(page: Page, look: bool = True) -> None:
        if look:
            axe(page)
        wide = page.evaluate(
            "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert wide <= 0, f"{page.url} is {wide} px wider than the screen"

    return check
