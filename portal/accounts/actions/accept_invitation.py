"""Take the place that was kept: a new account with its first membership."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Invitation, Membership, User
from portal.accounts.typed import plain
from portal.gate import links


def accept_invitation(
    invitation: Invitation, *, username: str, name: str, password: str, language: str = "zh-hans"
) -> Membership:
    """The caller has shown that this browser holds the invitation's link.

    Raises Invalid("username" | "name" | "password"), NotAllowed when the place is gone.
    """
    with transaction.atomic():
        # Everybody who takes a place stands in line here, so that no username is taken twice.
        invitation = (
            Invitation.objects.open()
            .select_for_update(of=("self",))
            .select_related("organisation")
            .filter(pk=invitation.pk)
            .first()
        )
        if invitation is None:
            raise NotAllowed("the invitation is used up or withdrawn")
        user = _new_user(
            plain("username", username), plain("name", name), invitation.email, password, language
        )
        membership = Membership.objects.create(
            user=user, organisation=invitation.organisation, role=invitation.role
        )
        invitation.accepted_at, invitation.accepted_by = timezone.now(), user
        invitation.save(update_fields=["accepted_at", "accepted_by"])
        links.revoke("invitation", str(invitation.public_id))
        actor = Actor.member(membership)
        audit.record(
            f"invitation:{invitation.public_id}",
            "invitation.accepted",
            actor=actor,
            after={"account": str(user.public_id)},
        )
        audit.record(
            f"account:{user.public_id}",
            "account.opened",
            actor=actor,
            after={
                "invitation": str(invitation.public_id),
                "organisation": str(invitation.organisation.public_id),
                "role": membership.role,
            },
            personal={"username": user.username, "name": user.name, "email": user.email},
        )
    return membership


def _new_user(username: str, name: str, email: str, password: str, language: str) -> User:
    user = User(username=username, name=name, email=email, language=language)
    user.clean()
    if not name:
        raise Invalid("name", _("请填您的姓名，同事和客户会看到。"))
    try:
        User._meta.get_field("username").clean(user.username, user)
    except ValidationError as error:
        raise Invalid("username", " ".join(error.messages)) from None
    if User.objects.filter(username__iexact=user.username).exists():
        raise Invalid("username", _("这个用户名已经有人用了，请换一个。"))
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid("password", " ".join(error.messages)) from None
    user.set_password(password)
    user.save()
    return user
