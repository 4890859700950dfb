"""What is the same on every page is written out once, and nothing that is not."""

import pytest
from django.template import Context, Engine, engines
from django.template.base import TextNode
from django.utils import translation

from portal.site import fixed_parts

CONSTANT = [
    '{% translate "您的权利" %}',
    '{% translate "小票" context "brand" %}',
    "{% blocktranslate trimmed %}要整个卡号的都是骗子{% endblocktranslate %}",
    '{% url "receipts:home" %}',
    '{% static "theme/base.css" %}',
    '<a href="{% url "site:rights" %}">{% translate "您的权利" %}</a>',
]
DIFFERING = [
    "{% translate word %}",
    '{% translate "您的权利"|upper %}',
    '{% translate "您的权利" as word %}{{ word }}',
    "{% blocktranslate %}由{{ word }}提供{% endblocktranslate %}",
    "{% blocktranslate count n=2 %}一{% plural %}二{% endblocktranslate %}",
    '{% url "site:rights" as word %}{{ word }}',
    '{% url "gate:link" word %}',
    "{% static word %}",
    '{% autoescape off %}{% translate "您的权利" %}{% endautoescape %}',
]


def loaded(text: str, folder):
    """The same template as the portal reads it and as Django does."""
    folder.joinpath("page.html").write_text("{% load i18n static %}" + text, encoding="utf-8")
    libraries = engines["django"].engine.libraries
    both = (["portal.site.fixed_parts.Loader"], [fixed_parts.SOURCES[0]])
    return [
        Engine([str(folder)], loaders=loaders, libraries=libraries).get_template("page.html")
        for loaders in both
    ]


@pytest.mark.parametrize("text", CONSTANT)
def test_constants_are_text(text, tmp_path):
    for language in ("zh-hans", "en"):
        with translation.override(language):
            ours, theirs = loaded(text, tmp_path)
            assert [type(node) for node in ours.nodelist[1:]] == [TextNode]
            assert ours.render(Context()) == theirs.render(Context())


@pytest.mark.parametrize("text", DIFFERING)
def test_what_may_differ_is_left_as_it_is(text, tmp_path):
    ours, theirs = loaded(text, tmp_path)
    kinds = [[type(node) for node in template.nodelist] for template in (ours, theirs)]
    assert kinds[0] == kinds[1]
    for word in ("a", "<b>"):
        assert ours.render(Context({"word": word})) == theirs.render(Context({"word": word}))


def test_conditions_and_blocks_are_gone_into(tmp_path):
    inner = '{% if word %}{% translate "您的权利" %}{% else %}{% url "receipts:home" %}{% endif %}'
    ours, theirs = loaded(f"{{% block one %}}{inner}{{% endblock %}}", tmp_path)
    (condition,) = ours.nodelist[1].nodelist
    kept = [[type(node) for node in nodes] for _if, nodes in condition.conditions_nodelists]
    assert kept == [[TextNode], [TextNode]]
    for word in ("", "a"):
        assert ours.render(Context({"word": word})) == theirs.render(Context({"word": word}))


def test_each_language_has_its_own(tmp_path):
    tmp_path.joinpath("page.html").write_text('{% load i18n %}{% translate "您的权利" %}')
    libraries = engines["django"].engine.libraries
    engine = Engine(
        [str(tmp_path)], loaders=["portal.site.fixed_parts.Loader"], libraries=libraries
    )
    said = []
    for language in ("zh-hans", "en", "zh-hans"):
        with translation.override(language):
            said.append(engine.get_template("page.html").render(Context()))
    assert said[0] == said[2] == "您的权利"
    assert said[1] != said[0]
