"""What tests of pages share: a page as people read it, and the rules every page keeps."""

import re
from html import unescape

# A character of the CJK blocks: in English there is none, but in names and quotations.
CHINESE = re.compile(r"[\u4e00-\u9fff]+")
_INSIDE_A_LINE = re.compile(r"</?(time|b|strong|mark)\b[^>]*>")
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]*>", re.S)


def text(response) -> str:
    """The words of the page in one line, without its markup."""
    html = _INSIDE_A_LINE.sub("", response.content.decode())
    return " ".join(unescape(_TAGS.sub(" ", html)).split())


def attribute(html: str, tag: str, name: str, attribute: str) -> str | None:
    """Of the first `tag` whose `name` attribute is so called, the value of `attribute`."""
    for found in re.findall(rf"<{tag}\b[^>]*>", html):
        if f'name="{name}"' in found:
            value = re.search(rf'\b{attribute}="([^"]*)"', found)
            return unescape(value[1]) if value else None
    return None


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of a page's forms, the token against forgery left out."""
    fields = {}
    for found in re.findall(r'<input type="hidden"[^>]*>', html):
        name, value = re.search(r'name="([^"]*)"', found), re.search(r'value="([^"]*)"', found)
        if name and name[1] not in ("csrfmiddlewaretoken", "next"):
            fields[name[1]] = unescape(value[1]) if value else ""
    return fields


def assert_kept_rules(response) -> None:
    """No inline script or style (the policy would refuse them), one title and one main heading,
    a language, a way to the content, and nothing kept by caches.
    """
    html = response.content.decode()
    assert not re.search(r"<[^>]+\s(style|on\w+)=", html), "inline style or handler"
    assert not re.search(r"<script(?![^>]*\bsrc=)", html), "inline script"
    assert "<style" not in html
    assert len(re.findall(r"<h1\b", html)) == 1
    assert re.search(r"<title>[^<]+·[^<]+</title>", html)
    assert re.search(r'<html lang="(zh-Hans|en)">', html)
    assert 'href="#main"' in html
    assert 'id="main"' in html
    assert len(set(re.findall(r'\bid="([^"]+)"', html))) == len(re.findall(r'\bid="[^"]+"', html))
    assert response.headers["Cache-Control"] == "private, no-store"
    assert "HX-Request" in response.headers["Vary"]
