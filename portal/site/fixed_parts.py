"""Templates in which everything that is the same on every page has been written out once.

A page is mostly words of one language and addresses of the portal's own, which Django looks up anew
each time it draws the page. This loader keeps one copy of a template for each language, in which
`{% translate %}` and `{% blocktranslate %}` of constants, `{% url %}` without arguments,
`{% static %}` and tags that call themselves `same_everywhere` are plain text. Nothing else is
touched.
"""

from collections.abc import Iterator

from django.template import Context, Engine
from django.template.base import FilterExpression, Node, NodeList, Template, TextNode, TokenType
from django.template.defaulttags import AutoEscapeControlNode, IfNode, URLNode
from django.template.library import SimpleNode
from django.template.loaders import cached
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.urls import NoReverseMatch
from django.utils.translation import get_language

SOURCES = (
    "django.template.loaders.filesystem.Loader",
    "django.template.loaders.app_directories.Loader",
)


class Loader(cached.Loader):
    """In the place of Django's own, above the project's folder and those of the apps."""

    def __init__(self, engine: Engine):
        super().__init__(engine, SOURCES)

    def cache_key(self, template_name, skip=None) -> str:
        return f"{get_language()}:{super().cache_key(template_name, skip)}"

    def get_template(self, template_name, skip=None) -> Template:
        is_kept = self.cache_key(template_name, skip) in self.get_template_cache
        template = super().get_template(template_name, skip)
        if not is_kept:
            context = Context()
            with context.bind_template(template):
                _write_out(template.nodelist, context)
        return template


def _write_out(nodes: NodeList, context: Context) -> None:
    """In place; texts that then stand side by side become one."""
    written: list[Node] = []
    for node in nodes:
        for inner in _within(node):
            _write_out(inner, context)
        text = node.s if isinstance(node, TextNode) else _fixed(node, context)
        if text is None:
            written.append(node)
        elif written and isinstance(written[-1], TextNode):
            written[-1] = _text(written[-1].s + text, written[-1])
        else:
            written.append(_text(text, node))
    nodes[:] = written


def _text(text: str, like: Node) -> TextNode:
    """At the place of another node, for messages about errors."""
    node = TextNode(text)
    node.token, node.origin = like.token, like.origin
    return node


def _within(node: Node) -> Iterator[NodeList]:
    if isinstance(node, AutoEscapeControlNode):
        return  # what is escaped there differs
    if isinstance(node, IfNode):
        yield from (nodes for _condition, nodes in node.conditions_nodelists)
    yield from (value for value in vars(node).values() if isinstance(value, NodeList))


def _fixed(node: Node, context: Context) -> str | None:
    """What this node says on every page of the language; None where it may differ."""
    match node:
        case TranslateNode():
            constant = not (node.asvar or node.noop or node.filter_expression.filters)
            constant &= getattr(node.filter_expression.var, "literal", None) is not None
            constant &= _is_constant(node.message_context)
        case BlockTranslateNode():
            constant = not (node.asvar or node.plural or node.extra_context)
            constant &= all(token.token_type == TokenType.TEXT for token in node.singular)
            constant &= _is_constant(node.message_context)
        case URLNode():
            constant = not (node.asvar or node.args or node.kwargs)
            constant &= _is_constant(node.view_name)
        case StaticNode():
            constant = not node.varname and _is_constant(node.path)
        case SimpleNode():
            constant = getattr(node.func, "same_everywhere", False) and node.target_var is None
            constant &= all(map(_is_constant, (*node.args, *node.kwargs.values())))
        case _:
            constant = False
    if not constant:
        return None
    try:
        return node.render(context)
    except (NoReverseMatch, ValueError):  # of an address or a file that is not there: said later
        return None


def _is_constant(expression: FilterExpression | None) -> bool:
    return expression is None or not (expression.is_var or expression.filters)
