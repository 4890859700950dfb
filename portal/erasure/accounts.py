"""Names and addresses of people who worked here, once they have left."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db.models import Exists, Max, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts import persons
from portal.accounts.models import Invitation, Membership, User
from portal.erasure import erasing, keepers
from portal.erasure.keepers import Class, Keeper, Standing, Trace
from portal.erasure.models import locked_subjects

KIND = "account"
GONE = "erased-"  # how the username of an erased account begins


def register() -> None:
    keepers.register(Keeper(KIND, standing, erase, lock, find))
    keepers.register_class(
        Class(
            "accounts",
            gettext_lazy("离开的人员"),
            gettext_lazy("本机构规定，与经手的案件同长"),
            lambda before: _left_before(before).count(),
            _let_go,
        )
    )


def _user(identifier: str) -> User | None:
    try:
        return User.objects.filter(public_id=UUID(identifier)).first()
    except ValueError:
        return None


def standing(identifier: str) -> Standing | None:
    user = _user(identifier)
    if user is None:
        return None
    memberships = user.memberships.all()
    ended = [each.ended_at for each in memberships if each.ended_at]
    days = timedelta(days=settings.RETENTION["accounts"])
    locked = locked_subjects().filter(subject=f"{KIND}:{user.public_id}").exists()
    called = str(user.public_id)[:8] if locked else user.name or user.username
    return Standing(
        name=_("账号 {name}").format(name=called),
        busy=any(each.is_active for each in memberships),
        erased=user.username.startswith(GONE),
        locked=locked,
        kept_until=max(ended, default=user.date_joined) + days,
    )


def erase(identifier: str) -> Trace:
    user = User.objects.select_for_update().get(public_id=UUID(identifier))
    trace = _signed_out(user)
    if user.email:
        trace.contact = user.email
    user.username, user.name, user.email = f"{GONE}{user.public_id}", "", ""
    user.person = persons.of_account("", user.public_id)
    user.save(update_fields=["username", "name", "email", "person"])
    invitations = list(Invitation.objects.filter(accepted_by=user))
    for invitation in invitations:
        invitation.email, invitation.name, invitation.username = "", "", ""
    Invitation.objects.bulk_update(invitations, ["email", "name", "username"])
    trace.subjects += [f"invitation:{each.public_id}" for each in invitations]
    trace.removed["invitations"] = len(invitations)
    trace.removed += keepers.erased_elsewhere(KIND, identifier)
    return trace


def lock(identifier: str, until: datetime) -> Trace:
    """The name stays on record and is shown nowhere (portal.site.audit.telling asks)."""
    return _signed_out(User.objects.select_for_update().get(public_id=UUID(identifier)))


def _signed_out(user: User) -> Trace:
    user.set_unusable_password()
    user.is_active = False
    user.save(update_fields=["password", "is_active"])
    user.end_sessions()
    trace = Trace()
    trace.removed["sign_in"] = Authenticator.objects.filter(user=user).delete()[0]
    EmailAddress.objects.filter(user=user).delete()
    return trace


def find(text: str) -> list[str]:
    people = User.objects.filter(Q(username__iexact=text) | Q(email__iexact=text) | Q(name=text))
    found = people.exclude(username__startswith=GONE).filter(~Exists(_active()))
    return [f"{KIND}:{user.public_id}" for user in found.order_by("pk")[:20]]


def _active() -> QuerySet:
    return Membership.objects.filter(user=OuterRef("pk"), is_active=True)


def _left_before(before: datetime) -> QuerySet[User]:
    people = User.objects.exclude(username__startswith=GONE).filter(~Exists(_active()))
    return people.annotate(left=Max("memberships__ended_at")).filter(left__lt=before)


def _let_go(before: datetime, most: int) -> int:
    people = list(_left_before(before).order_by("pk")[: min(most, 50)])
    for user in people:
        erasing.at_end_of_period(f"{KIND}:{user.public_id}")
    return len(people)
