"""The sample institution, its staff, and the people of the shops.

Passwords and TOTP secrets are derived from this installation's secret key, so that they can be
printed again at any time and are stored nowhere in clear.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.contrib.auth.hashers import make_password

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.models import Membership, Organisation, Role, User
from portal.site.demo.shops import shops

ACTOR = Actor.system("demo")
INSTITUTION = ("江岸支付", "Jiang'an Payments")
FIRST_HOUSE = "半山听雨茶餐厅"


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    role: str
    house: str = ""  # empty: the institution


# One sign-in a role is printed, and two of supervisors, since one approves what the other proposed;
# the colleagues are there to be assigned to.
SIGN_INS = (
    Person("lin01", "林店员", Role.CLERK, FIRST_HOUSE),
    Person("he01", "何店长", Role.MANAGER, FIRST_HOUSE),
    Person("tao02", "小陶", Role.SUPPORT),
    Person("cen01", "岑主管", Role.SUPERVISOR),
    Person("hua02", "华主管", Role.SUPERVISOR),
    Person("ning01", "阿宁", Role.OPERATIONS),
    Person("wen01", "闻审计", Role.AUDITOR),
    Person("guan01", "管理员", Role.ADMINISTRATOR),
)
COLLEAGUES = (
    Person("cui03", "小崔", Role.SUPPORT),
    Person("yu04", "小于", Role.SUPPORT),
)


def _derived(purpose: str, length: int) -> bytes:
    key = settings.SECRET_KEY.encode()
    return hmac.new(key, f"demo:{purpose}".encode(), hashlib.sha256).digest()[:length]


def password(username: str) -> str:
    """Four groups of four letters and digits."""
    text = base64.b32encode(_derived(f"password:{username}", 10)).decode().lower()
    return "-".join(text[i : i + 4] for i in range(0, 16, 4))


def totp_secret(username: str) -> str:
    return base64.b32encode(_derived(f"totp:{username}", 20)).decode()


def make_people() -> dict[str, Organisation]:
    """Institution, one organisation per house, and their people; organisations by house name."""
    institution = Organisation.objects.create(
        kind=Organisation.Kind.INSTITUTION, name=INSTITUTION[0], name_en=INSTITUTION[1]
    )
    houses = {"": institution}
    _note_opened(institution)
    for number, house in enumerate(dict.fromkeys(s.house for s in shops() if s.house), 1):
        houses[house] = Organisation.objects.create(name=house, name_en=_english(house))
        _note_opened(houses[house])
        if house != FIRST_HOUSE:
            owner = Person(f"shop{number:02d}", f"{house[:4]}店长", Role.MANAGER, house)
            _member(owner, houses[house], can_sign_in=False)
    for person in SIGN_INS:
        _member(person, houses[person.house], can_sign_in=True)
    for person in COLLEAGUES:
        _member(person, institution, can_sign_in=False)
    return houses


def _note_opened(organisation: Organisation) -> None:
    """A sample without events would stand in the auditor's gap report, and rightly."""
    subject = f"organisation:{organisation.public_id}"
    audit.record(subject, "organisation.opened", actor=ACTOR)


def _english(house: str) -> str:
    name = next(s.name_en for s in shops() if s.house == house)
    return name.split(",")[0]


def _member(person: Person, organisation: Organisation, *, can_sign_in: bool) -> None:
    user = User.objects.create(
        username=person.username,
        name=person.name,
        email=f"{person.username}@example.com",
        password=make_password(password(person.username) if can_sign_in else None),
    )
    if can_sign_in:
        TOTP.activate(user, totp_secret(person.username))
    Membership.objects.create(user=user, organisation=organisation, role=person.role)
    audit.record(
        f"account:{user.public_id}",
        "account.opened",
        actor=ACTOR,
        after={"organisation": str(organisation.public_id), "role": str(person.role)},
        personal={"username": user.username, "name": user.name, "email": user.email},
    )


def sign_ins() -> list[dict]:
    """What `make run` prints: people whose phone still holds the secret derived here."""
    secrets = {
        row.user.username: decrypt(row.data["secret"])
        for row in Authenticator.objects.filter(
            type=Authenticator.Type.TOTP,
            user__username__in=[person.username for person in SIGN_INS],
            user__is_active=True,
        ).select_related("user")
    }
    return [
        {
            "role": str(person.role),
            "username": person.username,
            "password": password(person.username),
            "totp_secret": totp_secret(person.username),
        }
        for person in SIGN_INS
        if secrets.get(person.username) == totp_secret(person.username)
    ]
