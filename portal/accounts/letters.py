"""What people are told by mail about their account, in their own language."""

from collections.abc import Callable

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from portal.accounts import away
from portal.accounts.models import Absence, Invitation, Membership, Organisation, User
from portal.outbox import post


def tell(user: User, effect_key: str, topic: str, letter: Callable[..., tuple[str, str]], *args):
    """Put `letter(user, *args)` into the outbox, written in the person's language."""
    with translation.override(user.language):
        subject, body = letter(user, *args)
        post.mail(
            effect_key,
            to=user.email,
            topic=topic,
            subject=subject,
            body=_frame(user.name, body),
            language=user.language,
        )


def _frame(name: str, body: str) -> str:
    institution = Organisation.objects.filter(kind=Organisation.Kind.INSTITUTION).first()
    sender = institution.display_name if institution else ""
    greeting = _("%(name)s，您好！") % {"name": name} if name else _("您好！")
    return "\n\n".join(part for part in (greeting, body, sender) if part)


def _whom_to_ask() -> str:
    return _("如果这不是您本人的意思，请马上联系您的管理员。")


def _sign_in() -> str:
    return settings.PUBLIC_URL + reverse("account_login")


def invite(invitation: Invitation, address: str, days: int) -> None:
    with translation.override(invitation.language):
        body = "\n\n".join(
            [
                _(
                    "%(organisation)s请您加入小票，角色是%(role)s。请打开下面的链接，设置用户名和密码："
                )
                % {
                    "organisation": invitation.organisation.display_name,
                    "role": invitation.get_role_display(),
                },
                address,
                _("链接 %(days)s 天内有效，只供您本人使用，请不要转发。") % {"days": days},
                _("您还需要一部手机，装好一个验证器 App，用来生成登录时的动态码。"),
            ]
        )
        post.mail(
            f"invitation:{invitation.public_id}",
            to=invitation.email,
            topic="invitation",
            subject=_("请您加入小票"),
            body=_frame(invitation.name, body),
            language=invitation.language,
        )


def role_changed(user: User, membership: Membership) -> tuple[str, str]:
    return _("您的角色变了"), _("您在%(organisation)s的角色现在是%(role)s。") % {
        "organisation": membership.organisation.display_name,
        "role": membership.get_role_display(),
    }


def membership_ended(user: User, membership: Membership) -> tuple[str, str]:
    return _("您的权限已结束"), _("您在%(organisation)s的权限已结束，所有设备都已退出登录。") % {
        "organisation": membership.organisation.display_name
    }


def said_away(user: User, absence: Absence) -> tuple[str, str]:
    return _("您被登记为不在岗"), _(
        "%(who)s登记了您不在岗，%(day)s回来。这段时间新案件不会按规则分给您；提前回来，登录改一下就行。"
    ) % {"who": absence.said_by.name, "day": away.back(absence.until)}


def second_factor_reset(user: User) -> tuple[str, str]:
    return _("您的动态码已重置"), "\n\n".join(
        [
            _("管理员已移除您登录用的动态码，所有设备都已退出登录。请重新登录，再绑定一次手机："),
            _sign_in(),
            _whom_to_ask(),
        ]
    )


def second_factor_added(user: User) -> tuple[str, str]:
    return _("已绑定新的动态码"), "\n\n".join(
        [_("您的账号刚刚绑定了一部手机上的动态码。"), _whom_to_ask()]
    )


def recovery_codes_renewed(user: User) -> tuple[str, str]:
    return _("备用码已换新"), "\n\n".join(
        [_("您的备用码刚刚换新，以前的都不能再用。"), _whom_to_ask()]
    )


def password_changed(user: User) -> tuple[str, str]:
    return _("您的密码已更改"), "\n\n".join([_("您的登录密码刚刚更改了。"), _whom_to_ask()])


def password_forgotten(user: User, address: str, minutes: int) -> tuple[str, str]:
    return _("设置新密码"), "\n\n".join(
        [
            _("有人说忘了密码，希望是您。您的用户名是 %(username)s。打开下面的链接，设置新密码：")
            % {"username": user.get_username()},
            address,
            _("链接 %(minutes)s 分钟内有效。登录时仍要用手机上的动态码。") % {"minutes": minutes},
            _("不是您？不用做任何事，密码没有变。"),
        ]
    )
