"""A walk over every page that somebody can reach, for whoever wants to look at all of them.

Each visitor starts where a person does and follows every link, one page of each kind; what only a
form leads to is sent as the form would. So a page that is added is visited without being named,
and a link that leads nowhere is found.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, resolve

HOST = "127.0.0.1"
# Where a link is a deed or another product: signing out ends the walk, the admin is Django's own.
NOT_FOLLOWED = ("/account/logout/", "/admin/", "/static/", "/files/")
PER_KIND = 2  # pages of one kind (the same view) that are visited


@dataclass
class Visitor:
    """Somebody with a browser: `name` is a role, or `consumer`."""

    name: str
    start: str = "/account/home/"
    client: Client = field(default_factory=lambda: Client(headers={"host": HOST}))

    def cookies(self) -> list[dict]:
        """The browser's cookies, as Playwright takes them (without their address)."""
        return [{"name": name, "value": each.value} for name, each in self.client.cookies.items()]


@dataclass(frozen=True)
class Page:
    """One page as it was answered; `sent` is the form that led to it, if one did."""

    visitor: Visitor
    kind: str  # the name of its URL
    path: str
    status: int
    html: str
    found_on: str
    queries: int
    sent: dict | None = None

    @property
    def name(self) -> str:
        part = self.path.rstrip("/").rsplit("/", 1)[-1] if self.kind == "disputes:step" else ""
        form = " (sent)" if self.sent else ""
        return f"{self.visitor.name} {self.kind}{part and f' {part}'}{form}"


class Links(HTMLParser):
    """What a page leads to (`pages`), what it loads (`assets`), what its forms carry (`hidden`)."""

    def __init__(self, html: str):
        super().__init__()
        self.pages: list[str] = []
        self.assets: list[str] = []
        self.hidden: dict[str, str] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, attributes) -> None:
        given = dict(attributes)
        if tag == "a" and given.get("href"):
            self.pages.append(given["href"])
        elif tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.hidden[given["name"]] = given.get("value") or ""
        elif tag in {"script", "img"} and given.get("src"):
            self.assets.append(given["src"])
        elif tag == "use" or (tag == "link" and given.get("rel") in {"stylesheet", "icon"}):
            self.assets.append((given.get("href") or given.get("xlink:href") or "").split("#")[0])


def kind_of(path: str) -> str:
    """The name of the URL pattern, which is what makes two pages the same kind."""
    try:
        return resolve(urlsplit(path).path).view_name or path
    except Resolver404:
        return path


def is_page(target: str) -> bool:
    parts = urlsplit(target)
    ours = not parts.scheme and not parts.netloc and parts.path.startswith("/")
    return ours and not parts.path.startswith(NOT_FOLLOWED)


def ask(visitor: Visitor, path: str, form: dict | None = None, found_on: str = "") -> Page | None:
    """One page, sent for by a link or a form, redirects followed; None where it is no page.

    Its queries are those of the last answer alone.
    """
    for _hop in range(8):
        with CaptureQueriesContext(connection) as captured:
            client = visitor.client
            answer = client.get(path) if form is None else client.post(path, form)
        if answer.status_code not in {301, 302, 303, 307, 308}:
            break
        path, form = urljoin(path, answer.headers["Location"]), None
    if not answer.headers.get("Content-Type", "").startswith("text/html"):
        if answer.streaming:
            answer.getvalue()  # read to its end, so that the file is closed
        return None
    html, count = answer.content.decode(), len(captured)
    return Page(visitor, kind_of(path), path, answer.status_code, html, found_on, count, form)


def walk(visitor: Visitor, start: str = "") -> Iterator[Page]:
    """Every kind of page that links lead to from `start`, or from where the visitor does."""
    waiting = deque([(start or visitor.start, "")])
    seen: set[str] = set()
    visits: dict[str, int] = {}
    while waiting:
        path, found_on = waiting.popleft()
        kind = kind_of(path)
        if path in seen or visits.get(kind, 0) >= PER_KIND:
            continue
        seen.add(path)
        visits[kind] = visits.get(kind, 0) + 1
        page = ask(visitor, path, found_on=found_on)
        if page is None or (page.path != path and page.path in seen):
            continue
        seen.add(page.path)
        yield page
        for link in Links(page.html).pages:
            target = urljoin(page.path, link).split("#")[0]
            if is_page(target):
                waiting.append((target, page.path))


# Answers to whatever a wizard's page may ask: each takes the fields that it knows.
ANSWERS = {
    "reason": "not_mine",
    "amount_kind": "all",
    "body": "小票没打出来，报销要用，请补一份。",
    "contact": "customer@example.org",
}


def open_a_case(visitor: Visitor, first: dict) -> Iterator[Page]:
    """Every page of the wizard, then what the finished case leads to."""
    page = ask(visitor, "/open/", first)
    passed: set[str] = set()
    while page is not None and page.path not in passed:
        yield page
        passed.add(page.path)
        if page.kind != "disputes:step":
            yield from walk(visitor, page.path)
            return
        page = ask(visitor, page.path, Links(page.html).hidden | ANSWERS)
