"""Views of the queue that somebody keeps for themselves."""

from django.db import transaction
from django.utils.translation import gettext as _

from disputes.errors import Invalid
from disputes.models import SavedView
from disputes.words import one_line
from portal import audit
from portal.accounts.actor import Actor

MOST = 20
LONGEST = 20


@transaction.atomic
def keep_view(*, actor: Actor, name: str, query: str) -> SavedView:
    """Keep what `query` (of the queue's address) shows under `name`; the same name again replaces
    it. Raises Invalid without a name, or with MOST of them already."""
    name = one_line(name, LONGEST)
    if not name:
        raise Invalid("name", _("请给这个视图起个名字。"))
    own = SavedView.objects.visible_to(actor).select_for_update()
    kept = {view.name: view for view in own}
    if name not in kept and len(kept) >= MOST:
        raise Invalid("name", _("最多存 %(most)s 个视图，请先删一个。") % {"most": MOST})
    view, _created = SavedView.objects.update_or_create(
        user=actor.user, name=name, defaults={"query": query[:300]}
    )
    _record("desk.view_kept", actor, view)
    return view


@transaction.atomic
def drop_view(view: SavedView, *, actor: Actor) -> None:
    """Keep it no longer. One that is gone is gone."""
    if SavedView.objects.visible_to(actor).filter(pk=view.pk).delete()[0]:
        _record("desk.view_dropped", actor, view)


def _record(type: str, actor: Actor, view: SavedView) -> None:
    subject = actor.id.replace("user:", "account:")
    # A customer's name may stand in either: they go when the account is erased.
    personal = {"view": view.name, "query": view.query}
    audit.record(subject, type, actor=actor, personal=personal)
