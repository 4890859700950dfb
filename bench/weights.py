"""What a page costs to load: its own text and what it pulls in, compressed as it is sent."""

import gzip
import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders

from bench.tour import Links

FIRST_LOAD = 120  # KB at most, everything
LATER_LOAD = 20  # KB at most, with the style sheets of the home page in the cache
KILO = 1024


@cache
def asset(url: str) -> tuple[int, frozenset[str]]:
    """Compressed bytes of a static file, and the addresses that it names itself."""
    name = url.removeprefix(settings.STATIC_URL)
    collected = Path(settings.STATIC_ROOT) / name
    path = collected if collected.exists() else Path(finders.find(name) or "")
    content = path.read_bytes()
    named: frozenset[str] = frozenset()
    if name.endswith(".css"):
        found = re.findall(r"""url\(["']?([^)"']+)""", content.decode())
        named = frozenset(
            resolved(url, each) for each in found if not each.startswith(("data:", "#"))
        )
    return len(gzip.compress(content, 9)), named


def resolved(base: str, target: str) -> str:
    from urllib.parse import urljoin

    return urljoin(base, target).split("#")[0].split("?")[0]


def assets_of(html: str) -> set[str]:
    """Every static file that a page makes a browser load, those named by style sheets too."""
    waiting = {url for url in Links(html).assets if url.startswith(settings.STATIC_URL)}
    found: set[str] = set()
    while waiting:
        url = waiting.pop()
        found.add(url)
        waiting |= asset(url)[1] - found
    return found


def first_load(html: str) -> float:
    """KB that a browser loads which has never been here."""
    return (own(html) + sum(asset(url)[0] for url in assets_of(html))) / KILO


def later_load(html: str, cached: set[str]) -> float:
    """KB that a browser loads which already holds `cached`."""
    return (own(html) + sum(asset(url)[0] for url in assets_of(html) - cached)) / KILO


def own(html: str) -> int:
    return len(gzip.compress(html.encode(), 6))
