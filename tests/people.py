"""Fixtures: organisations and the people who work there."""

import time
from collections.abc import Callable
from itertools import count

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value

from portal.accounts.actor import Actor
from portal.accounts.models import MERCHANT_ROLES, Membership, Organisation, Role, User

PASSWORD = "correct horse battery"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # of everybody here who has a second factor


@pytest.fixture
def institution(db) -> Organisation:
    return Organisation.objects.create(
        kind=Organisation.Kind.INSTITUTION, name="江岸支付", name_en="Jiang'an Payments"
    )


@pytest.fixture
def make_merchant_organisation(db) -> Callable[..., Organisation]:
    numbers = count(1)

    def make(name: str = "", **values) -> Organisation:
        number = next(numbers)
        return Organisation.objects.create(
            kind=Organisation.Kind.MERCHANT, name=name or f"样品商户{number}", **values
        )

    return make


@pytest.fixture
def make_member(institution, make_merchant_organisation) -> Callable[..., Membership]:
    """`make_member("support")`, `make_member("clerk", organisation=shop)`. A merchant's role
    without an organisation gets a new merchant."""
    numbers = count(1)

    def make(
        role: str,
        organisation: Organisation | None = None,
        name: str = "",
        second_factor: bool = True,
    ) -> Membership:
        number = next(numbers)
        if organisation is None:
            of_a_merchant = Role(role) in MERCHANT_ROLES
            organisation = make_merchant_organisation() if of_a_merchant else institution
        user = User.objects.create_user(
            username=f"{role}{number}",
            email=f"{role}{number}@example.org",
            password=PASSWORD,
            name=name or f"样员{number}",
        )
        if second_factor:
            TOTP.activate(user, TOTP_SECRET)
        return Membership.objects.create(user=user, organisation=organisation, role=role)

    return make


@pytest.fixture
def make_actor(make_member) -> Callable[..., Actor]:
    """`make_actor("supervisor")`: a new member's actor."""
    return lambda role, organisation=None: Actor.member(make_member(role, organisation))


@pytest.fixture
def support(make_actor) -> Actor:
    return make_actor("support")


@pytest.fixture
def totp() -> Callable[[], str]:
    """What the phone of everybody here shows now."""

    def show(secret: str = TOTP_SECRET) -> str:
        return format_hotp_value(hotp_value(secret, int(time.time()) // 30))

    return show


@pytest.fixture
def sign_in(client, make_member):
    """`sign_in("support")` signs the test client in, both factors taken as given."""

    def do(who: str | Membership, organisation: Organisation | None = None) -> Membership:
        member = who if isinstance(who, Membership) else make_member(who, organisation)
        client.force_login(member.user)
        return member

    return do
