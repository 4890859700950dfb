"""Computed styles, kept from one slip to the next.

WeasyPrint shares the style of equal elements within a document and forgets it with the document;
a slip would spend a sixth of its time on computing the same few thousand values again.
"""

from weasyprint.css import ComputedStyle, StyleFor

# A slip of any kind has some 60 styles, all forms and kinds together about 200. Beyond this
# something else is drawn, with styles of its own, which is not to be remembered for ever.
LIMIT = 1_000


class Stock:
    """The styles of all documents that one press laid out."""

    def __init__(self) -> None:
        self._kept: dict[tuple, ComputedStyle] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def exchange(self, style_for: StyleFor) -> None:
        """Put a kept style in the place of each that equals it, and keep those that are new.

        Equal are two styles that were given the same values, by the same rules, below equal
        parents: nothing else goes into WeasyPrint 70's computing (no size of a viewport and no
        attribute of an element stands in our sheets). Values are told apart by their identity; a
        kept style holds on to its own, so that none is taken for another.
        """
        if len(self._kept) > LIMIT:
            self._kept.clear()
        styles = style_for.get_computed_styles()
        chosen: dict[int, ComputedStyle] = {}  # by the identity of what WeasyPrint made
        for place, fresh in list(styles.items()):  # parents before their children
            if id(fresh) not in chosen:
                chosen[id(fresh)] = self._one_for(fresh, chosen)
            styles[place] = chosen[id(fresh)]

    def _one_for(self, fresh: ComputedStyle, chosen: dict[int, ComputedStyle]) -> ComputedStyle:
        parent = chosen.get(id(fresh.parent_style))
        given = tuple(
            # A language is read from its element, a new value each time.
            (name, value if name == "lang" else id(value), weight)
            for name, (value, weight) in fresh.cascaded.items()
        )
        key = (id(parent), fresh.pseudo_type, given)
        if key not in self._kept:
            if parent is not None and parent is not fresh.parent_style:
                fresh.parent_style, fresh.cache = parent, parent.cache
                fresh.root_style = chosen[id(fresh.root_style)]
            self._kept[key] = fresh
        return self._kept[key]
