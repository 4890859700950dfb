"""What people type about people. Rules about rights are not here but in the actions."""

from collections.abc import Iterable

from allauth.mfa.totp.internal.auth import validate_totp_code
from django import forms
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import Role
from portal.accounts.typed import CardlessForm

LANGUAGES = [("zh-hans", "中文"), ("en", "English")]  # each by its own name, whoever reads


class CodeForm(forms.Form):
    """Proof that the phone got the secret."""

    code = forms.CharField(
        label=_("App 里的 6 位数字"),
        max_length=12,
        error_messages={"required": _("请填 App 里现在显示的 6 位数字。")},
        widget=forms.TextInput(
            attrs={
                "inputmode": "numeric",
                "autocomplete": "one-time-code",
                "autocapitalize": "off",
                "maxlength": 12,
            }
        ),
    )

    def __init__(self, *args, secret: str, **kwargs):
        super().__init__(*args, **kwargs)
        self.secret = secret

    def clean_code(self) -> str:
        code = self.cleaned_data["code"].replace(" ", "")
        if not validate_totp_code(self.secret, code):
            raise forms.ValidationError(
                _("数字不对。请等 App 里出现下一组，再试一次；手机的时间要准。")
            )
        return code


class NewAccountForm(CardlessForm):
    words = ("username", "name")

    username = forms.CharField(
        label=_("用户名"),
        max_length=150,
        help_text=_("登录时用，字母和数字，例如 lin.xiaoyu。"),
        error_messages={"required": _("请选一个用户名。")},
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "off", "spellcheck": "false"}
        ),
    )
    name = forms.CharField(
        label=_("姓名"),
        max_length=60,
        error_messages={"required": _("请填您的姓名，同事和客户会看到。")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("密码"),
        strip=False,
        help_text=_("至少 12 个字符。几个不相干的词连起来，好记又难猜。"),
        error_messages={"required": _("请设一个密码。")},
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def role_field(roles: Iterable[Role] = ()) -> forms.ChoiceField:
    return forms.ChoiceField(label=_("角色"), choices=[(role.value, role.label) for role in roles])


class RoleForm(CardlessForm):
    role = role_field()

    def __init__(self, *args, roles: list[Role], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["role"] = role_field(roles)


class InvitationForm(RoleForm):
    words = ("email", "name")

    email = forms.EmailField(
        label=_("邮箱"),
        max_length=254,
        help_text=_("邀请发到这里，以后的通知也发到这里。"),
        error_messages={
            "required": _("请填邮箱。"),
            "invalid": _("请填完整的邮箱地址，例如 name@example.com。"),
        },
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    name = forms.CharField(label=_("姓名"), max_length=60, required=False, widget=forms.TextInput())
    language = forms.ChoiceField(label=_("邀请信的语言"), choices=LANGUAGES)
    field_order = ("email", "name", "role", "language")
