"""What django-allauth asks us: no sign-up, mail through the outbox, our own words."""

import segno
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import audit
from portal.accounts import letters, sign_ins
from portal.accounts.actions.change_password import change_password
from portal.accounts.actor import Actor
from portal.accounts.models import Organisation
from portal.accounts.sealing import seal, unseal


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("用户名或密码不对。请再试一次，注意大小写。"),
        "incorrect_password": _("密码不对，请再试一次。"),
        "too_many_login_attempts": _("试错的次数太多了。为保护账号，请等 5 分钟再试。"),
        "rate_limited": _("操作太快了，请等一分钟再试。"),
        "enter_current_password": _("当前密码不对，请再试一次。"),
    }

    def validation_error(self, code: str, *args):
        """Every way to try a password or a code ends here when there were too many tries."""
        if code == "too_many_login_attempts":
            sign_ins.locked(self.request)
        return super().validation_error(code, *args)

    def is_open_for_signup(self, request) -> bool:
        """Accounts come from invitations only."""
        return False

    def format_email_subject(self, subject: str) -> str:
        return subject

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """The one letter of allauth's that we let go out; it leaves by the outbox like all."""
        if template_prefix != "account/email/password_reset_key":
            return
        user = context["user"]
        with transaction.atomic():
            event = audit.record(
                f"account:{user.public_id}",
                "password.reset_asked",
                actor=Actor.system("sign-in"),
                personal={"address": self.get_client_ip(self.request)},
            )
            letters.tell(
                user,
                f"audit:{event.pk}:mail",
                "password",
                letters.password_forgotten,
                context["password_reset_url"],
                settings.PASSWORD_RESET_TIMEOUT // 60,
            )

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, token = key.split("-", 1)
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
        return settings.PUBLIC_URL + path

    def clean_password(self, password: str, user=None) -> str:
        validate_password(password, user)
        return password

    def set_password(self, user, password: str) -> None:
        change_password(user, password, actor=Actor.person(user))

    def get_password_change_redirect_url(self, request) -> str:
        return reverse("account_security")


class SecondFactorAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("动态码不对。请等 App 里出现下一个，再试一次。"),
    }

    def get_totp_label(self, user) -> str:
        return user.get_username()

    def get_totp_issuer(self) -> str:
        institution = Organisation.objects.filter(kind=Organisation.Kind.INSTITUTION).first()
        return f"小票 {institution.name}" if institution else "小票"

    def build_totp_picture(self, url: str) -> str:
        """A QR code as the `src` of an <img>: our policy lets pictures be `data:`, nothing else."""
        return segno.make(url, error="m").svg_data_uri(scale=4, border=4, light="#ffffff")

    def encrypt(self, text: str) -> str:
        return seal(text)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text)
