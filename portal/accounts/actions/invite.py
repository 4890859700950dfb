"""Keep a place for somebody and send the link that opens it."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from portal import audit
from portal.accounts import letters, policy
from portal.accounts.actions.withdraw_invitation import close
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Invitation, Organisation
from portal.accounts.typed import plain
from portal.gate import links

LIFETIME = timedelta(days=7)


def invite(
    organisation: Organisation,
    *,
    role: str,
    email: str,
    actor: Actor,
    name: str = "",
    language: str = "zh-hans",
) -> Invitation:
    """An earlier open invitation of the same address to the same organisation is closed.

    Raises NotAllowed, Invalid("role" | "email" | "name").
    """
    if not policy.suits(role, organisation):
        raise Invalid("role", _("这个角色不适合这个机构。"))
    if role not in policy.roles_to_invite(actor, organisation):
        raise NotAllowed(f"{actor.role} invites no {role}")
    email = email.strip()
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid("email", _("请填完整的邮箱地址，例如 name@example.com。")) from None
    with transaction.atomic():
        invitation = keep_place(
            organisation, role=role, email=email, name=name, language=language, actor=actor
        )
        token = links.issue("invitation", str(invitation.public_id), lifetime=LIFETIME)
        letters.invite(invitation, links.address(token), LIFETIME.days)
    return invitation


def keep_place(
    organisation: Organisation,
    *,
    role: str,
    email: str,
    actor: Actor,
    name: str = "",
    username: str = "",
    language: str = "zh-hans",
) -> Invitation:
    """The invitation itself, without a link: in the caller's transaction, whose actor may.

    Raises Invalid("name" | "email") for a card's number.
    """
    name, email = plain("name", name), plain("email", email)
    for earlier in Invitation.objects.open().filter(organisation=organisation, email__iexact=email):
        close(earlier, actor=actor, reason="renewed")
    invitation = Invitation.objects.create(
        organisation=organisation,
        role=role,
        email=email,
        name=name,
        username=username,
        language=language,
        invited_by=actor.user,
    )
    audit.record(
        f"invitation:{invitation.public_id}",
        "invitation.sent",
        actor=actor,
        after={"organisation": str(organisation.public_id), "role": str(role)},
        personal={"email": email},
    )
    return invitation
