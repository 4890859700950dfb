"""What an erasure takes away, in words."""

from django.utils.translation import gettext_lazy as _

REMOVED = {
    "openings": _("审计里的个人信息"),
    "messages": _("写的话"),
    "files": _("附件"),
    "letters": _("发出的邮件和短信"),
    "unsent": _("没发出的邮件和短信"),
    "links": _("链接、通行证和验证码"),
    "drafts": _("草稿"),
    "saved_views": _("存的视图"),
    "invitations": _("邀请"),
    "sign_in": _("登录凭据"),
}
