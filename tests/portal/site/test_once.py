"""What is drawn from equal values is drawn once, and from nothing else."""

from datetime import datetime

import pytest
import time_machine
from django.template import Context, TemplateSyntaxError, engines
from django.utils import timezone, translation


class Drawn:
    """Counts how often it is drawn."""

    def __init__(self):
        self.times = 0

    def __str__(self) -> str:
        self.times += 1
        return f"{self.times}"


def template(text: str):
    return engines["django"].engine.from_string("{% load once %}" + text)


def test_equal_values_are_drawn_once_and_others_anew():
    page = template("{% once row=row drawn=drawn %}{{ row }}{{ drawn }}{% endonce %}")
    drawn = Drawn()
    said = [page.render(Context({"row": row, "drawn": drawn})) for row in ("a", "a", "b", "a")]
    assert said == ["a1", "a1", "b2", "a1"]


def test_a_block_sees_what_it_names_and_nothing_else():
    page = template("{% once row=row %}{{ row }}{{ reader }}{% endonce %}")
    assert page.render(Context({"row": "a", "reader": "secret"})) == "a"


def test_text_stays_escaped():
    page = template("{% once row=row %}{{ row }}{% endonce %}")
    assert [page.render(Context({"row": "<b>"})) for _turn in range(2)] == ["&lt;b&gt;"] * 2


def test_a_language_and_a_day_have_their_own():
    page = template("{% once drawn=drawn %}{{ drawn }}{% endonce %}")
    drawn, said = Drawn(), []
    for day, language in ((24, "en"), (24, "zh-hans"), (25, "en"), (25, "en")):
        at = datetime(2026, 11, day, 12, tzinfo=timezone.get_default_timezone())
        with translation.override(language), time_machine.travel(at, tick=False):
            said.append(page.render(Context({"drawn": drawn})))
    assert said == ["1", "2", "3", "3"]


def test_blocks_in_a_block_are_kept_for_themselves():
    page = template(
        "{% once rows=rows %}{% for row in rows %}"
        "{% once row=row %}{{ row }}{% endonce %}{% endfor %}{% endonce %}"
    )
    first, second = Drawn(), Drawn()
    assert page.render(Context({"rows": (first,)})) == "1"
    assert page.render(Context({"rows": (first, second)})) == "11"
    assert page.render(Context({"rows": (second,)})) == "1"


@pytest.mark.parametrize("tag", ["{% once %}", "{% once row %}"])
def test_it_takes_names(tag):
    with pytest.raises(TemplateSyntaxError):
        template(tag + "{% endonce %}")
