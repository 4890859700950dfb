"""`{% once row=row today=today %}…{% endonce %}`: what is drawn from equal values is drawn once.

The block sees the values that it names and nothing else, so that equal values mean equal text: it
cannot be out of date, and cannot show one reader what was drawn for another. Blocks may stand in
one another: of a list that grew by one, the others are kept.
"""

from django import template
from django.template.base import FilterExpression, NodeList, Parser, Token, token_kwargs

from portal.kept import Kept, here

register = template.Library()


class OnceNode(template.Node):
    child_nodelists = ("nodelist",)

    def __init__(self, values: dict[str, FilterExpression], nodelist: NodeList):
        self.values, self.nodelist = values, nodelist
        self.kept: Kept[str] = Kept(weigh=len)

    def render(self, context) -> str:
        given = [value.resolve(context) for value in self.values.values()]
        key = (*here(), *given)
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
