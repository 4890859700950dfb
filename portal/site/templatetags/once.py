"""`{% once row=row today=today %}…{% endonce %}`: what is drawn from equal values is drawn once.

The block sees the values that it names and nothing else, so that equal values mean equal text: it
cannot be out of date, and cannot show one reader what was drawn for another. The language and the
day (今天, 昨天) always belong to them. Kept in the process's memory alone, for some minutes.
"""

import time
from datetime import date
from typing import Any

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs
from django.utils import timezone
from django.utils.translation import get_language

register = template.Library()

MOST = 1_000  # texts of one block
SECONDS = 300  # a text that nobody asks for is gone after once or twice that


class Kept:
    """Texts by key, in two generations: what the younger one did not take over is forgotten."""

    def __init__(self) -> None:
        self._young: dict[Any, str] = {}
        self._old: dict[Any, str] = {}
        self._since = time.monotonic()

    def get(self, key) -> str | None:
        age = time.monotonic() - self._since
        if age > SECONDS or len(self._young) >= MOST:
            self._old = {} if age > 2 * SECONDS else self._young
            self._young, self._since = {}, time.monotonic()
        text = self._young.get(key)
        if text is None and (text := self._old.get(key)) is not None:
            self._young[key] = text
        return text

    def put(self, key, text: str) -> None:
        self._young[key] = text


_today: tuple[int, date] = (0, date.min)


def _day() -> date:
    """The local day; no day begins within a minute."""
    global _today
    minute = int(time.time()) // 60
    if _today[0] != minute:
        _today = (minute, timezone.localdate())
    return _today[1]


class OnceNode(template.Node):
    child_nodelists = ("nodelist",)

    def __init__(self, values: dict[str, FilterExpression], nodelist: NodeList):
        self.values, self.nodelist, self.kept = values, nodelist, Kept()

    def render(self, context) -> str:
        given = [value.resolve(context) for value in self.values.values()]
        key = (get_language(), _day(), *given)
        text = self.kept.get(key)
        if text is None:
            alone = context.new(dict(zip(self.values, given, strict=True)))
            text = self.nodelist.render(alone)
            self.kept.put(key, text)
        return text


@register.tag
def once(parser: Parser, token: Token) -> OnceNode:
    words = token.split_contents()[1:]
    values = token_kwargs(words, parser)
    if words or not values:
        raise template.TemplateSyntaxError("once takes name=value pairs, and at least one")
    nodelist = parser.parse(("endonce",))
    parser.delete_first_token()
    return OnceNode(values, nodelist)
