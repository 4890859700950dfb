"""What people do about accounts: their own, and others'."""

from django.test import Client
from django.utils import timezone

from portal.accounts import actions
from portal.accounts.actor import Actor
from portal.accounts.models import Invitation
from portal.gate import links
from tests.people import PASSWORD
from tests.portal.audit.writing.world import writes


@writes("site:open_merchant", "organisation.opened", "invitation.sent")
def _open_merchant(world):
    merchant = world.get("make_merchant")()
    browser = world.browser("administrator")
    form = {"merchant_numbers": merchant.merchant_no, "name": "半山听雨", "language": "zh-hans"}
    form |= {"email": "boss@example.org", "person": "周明远"}
    return lambda: browser.post("/account/people/merchant/", form)


@writes("site:close_merchant", "organisation.closed", "membership.ended", "invitation.withdrawn")
def _close_merchant(world):
    shop, boss = world.get("shop"), Actor.member(world.person("administrator"))
    actions.invite(shop.organisation, role="clerk", email="late@example.org", actor=boss)
    browser = world.browser("administrator")
    path = f"/account/people/merchant/{shop.organisation.public_id}/close/"
    return lambda: browser.post(path, {"reason": "contract_ended"})


@writes("account_invite", "invitation.sent")
def _invite(world):
    browser = world.browser("administrator")
    form = {"role": "support", "email": "x@example.org", "name": "林欣", "language": "zh-hans"}
    path = f"/account/people/invite/{world.get('institution').public_id}/"
    return lambda: browser.post(path, form)


def _invitation(world) -> Invitation:
    world.browser("administrator")
    _invite(world)()
    return Invitation.objects.open().latest("pk")


@writes("account_withdraw_invitation", "invitation.withdrawn")
def _withdraw_invitation(world):
    path = f"/account/people/invitation/{_invitation(world).public_id}/withdraw/"
    browser = world.browser("administrator")
    return lambda: browser.post(path)


@writes("account_invitation", "invitation.accepted", "account.opened", "signed_in")
def _accept(world):
    token = links.issue("invitation", str(_invitation(world).public_id), lifetime=actions_week())
    browser = world.browser()
    page = browser.post(f"/link/{token}/")["Location"]
    form = {"username": "lin.xin", "name": "林欣", "password": "paper lamp river stone"}
    return lambda: browser.post(page, form)


def actions_week():
    from portal.accounts.actions.invite import LIFETIME

    return LIFETIME


@writes(
    "account_person",
    *("role.changed", "second_factor.reset", "membership.ended"),
    *("person.joined", "person.parted"),
)
def _person(world):
    member = world.get("make_member")("support")
    browser = world.browser("administrator")
    path = f"/account/people/{member.user.public_id}/"

    same = {"do": "join", "username": world.get("make_member")("support").user.username}

    def go():
        deeds = ({"do": "role", "role": "supervisor"}, {"do": "reset"}, same, {"do": "part"})
        for form in (*deeds, {"do": "end"}):
            browser.post(path, form | {"membership": member.pk})

    return go


@writes("account_absence", "member.away", "member.back")
def _absence(world):
    member = world.get("make_member")("support")
    browser = world.browser("supervisor")
    path, today = f"/account/presence/{member.user.public_id}/", timezone.localdate().isoformat()

    def go():
        browser.post(path, {"first": today, "last": today})
        browser.post(path, {"do": "back"})

    return go


@writes("account_login", "sign_in.refused", "sign_in.locked", "signed_in")
def _login(world):
    member, other = world.person("support"), world.get("make_member")("support")
    world.get("settings").ACCOUNT_RATE_LIMITS = {"login_failed": "50/m/ip,2/300s/key"}

    def go():
        for password in ("x", "y", "z"):
            form = {"login": member.user.username, "password": password}
            Client().post("/account/login/", form)
        sign_in(other, world)

    return go


def sign_in(member, world) -> Client:
    browser = world.browser()
    browser.post("/account/login/", {"login": member.user.username, "password": PASSWORD})
    browser.post("/account/2fa/authenticate/", {"code": world.get("totp")()})
    return browser


@writes("mfa_authenticate", "sign_in.refused", "recovery_code.used", "signed_in")
def _authenticate(world):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    member = world.get("make_member")("support")
    code = RecoveryCodes.activate(member.user).get_unused_codes()[0]
    browser = world.browser()
    browser.post("/account/login/", {"login": member.user.username, "password": PASSWORD})

    def go():
        browser.post("/account/2fa/authenticate/", {"code": "000000"})
        browser.post("/account/2fa/authenticate/", {"code": code})

    return go


@writes("account_logout", "signed_out")
def _logout(world):
    browser = world.browser("support")
    return lambda: browser.post("/account/logout/")


@writes("account_change_password", "password.changed")
def _change_password(world):
    browser = world.browser("support")
    new = "paper lamp river stone"
    form = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    return lambda: browser.post("/account/password/change/", form)


@writes("account_reset_password", "password.reset_asked")
def _forgotten(world):
    email = world.person("support").user.email
    return lambda: Client().post("/account/password/reset/", {"email": email})


@writes("account_reset_password_from_key", "password.changed")
def _from_key(world):
    import re

    from portal.outbox.models import Entry as Letter

    _forgotten(world)()
    letter = Letter.objects.filter(topic="password").latest("pk")
    path = re.search(r"/account/password/reset/key/\S+", str(letter.payload["body"]))[0]
    browser = world.browser()
    page = browser.get(path)["Location"]
    new = "paper lamp river stone"
    return lambda: browser.post(page, {"password1": new, "password2": new})


@writes("account_reauthenticate", "sign_in.refused")
def _prove(world):
    browser = world.browser("support")

    def go():
        for password in ("wrong", PASSWORD):
            browser.post("/account/reauthenticate/", {"password": password})

    return go


@writes("mfa_reauthenticate", "sign_in.proved", "sign_in.refused")
def _prove_by_code(world):
    browser = world.browser("support")

    def go():
        for code in ("000000", world.get("totp")()):
            browser.post("/account/2fa/reauthenticate/", {"code": code})

    return go


@writes("account_second_factor", "second_factor.added")
def _second_factor(world):
    member = world.get("make_member")("support", second_factor=False)
    browser = world.browser()
    browser.force_login(member.user)
    page = browser.get("/account/2fa/set-up/")
    secret = page.context["secret"].replace(" ", "")
    code = world.get("totp")(secret)
    return lambda: browser.post("/account/2fa/set-up/", {"code": code})


@writes("account_recovery_codes", "recovery_codes.renewed")
def _codes(world):
    browser = world.fresh("support")
    return lambda: browser.post("/account/2fa/recovery-codes/")
