"""What the institution that offers the portal calls itself."""

from django.utils.translation import get_language

from portal.accounts.models import Organisation
from portal.compiled import Compiled

# Every page says it.
_names = Compiled(
    lambda: (
        Organisation.objects.filter(kind=Organisation.Kind.INSTITUTION)
        .order_by("pk")
        .values_list("name", "name_en")[:1]
    )
)


def own_name() -> str:
    """In Chinese, as slips bear it; "" before it is set up."""
    names = _names.first()
    return names[0] if names else ""


def name(known: Organisation | None = None) -> str:
    """In the language of the moment, where it has a name there; "" before it is set up. `known`: an
    organisation that the page has read already, which may be it."""
    if known is not None and known.kind == Organisation.Kind.INSTITUTION:
        own, english = known.name, known.name_en
    else:
        own, english = _names.first() or ("", "")
    return english if english and (get_language() or "").startswith("en") else own
