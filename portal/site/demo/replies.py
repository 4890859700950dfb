"""Answers that the sample institution and one of its shops keep ready: replies.toml."""

import tomllib
from pathlib import Path

from disputes import actions
from portal.accounts.actor import Actor
from portal.accounts.models import Membership, Role


def make() -> None:
    kept = tomllib.loads(Path(__file__).with_name("replies.toml").read_text(encoding="utf-8"))
    for whose, role in (("ours", Role.SUPERVISOR), ("shop", Role.MANAGER)):
        members = Membership.objects.filter(role=role).select_related("user", "organisation")
        actor = Actor.member(members.order_by("pk")[0])
        for reply in kept[whose]:
            actions.keep_reply(actor=actor, **reply)
