"""To whom a case goes by itself once it lies with the institution: `PolicyVersion.assignment`.

`{"rule": …, "named": {merchant number: user's public_id}}`. What a rule does: disputes.assigning.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

NOBODY, ROUND_ROBIN, BY_MERCHANT = "none", "round_robin", "by_merchant"
RULES = {
    NOBODY: _("不自动分派，由人来分"),
    ROUND_ROBIN: _("轮流：在岗的客服一人一件"),
    BY_MERCHANT: _("按商户：指定的人，没有指定就给上次办这家商户的人，再没有就轮流"),
}
# How a case came to its owner, as the case page says it.
GIVEN = {ROUND_ROBIN: _("轮流分派"), BY_MERCHANT: _("按商户分派")}
DEFAULT = {"rule": NOBODY, "named": {}}
MOST_NAMED = 2_000


def check(entry) -> None:
    """Raise ValidationError for what is no rule."""
    if (
        not isinstance(entry, dict)
        or set(entry) != set(DEFAULT)
        or entry["rule"] not in RULES
        or not isinstance(entry["named"], dict)
        or len(entry["named"]) > MOST_NAMED
        or not all(isinstance(x, str) and x for pair in entry["named"].items() for x in pair)
    ):
        raise ValidationError({"assignment": gettext("请选择一种分派办法。")})
