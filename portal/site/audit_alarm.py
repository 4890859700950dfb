"""That no checkpoint is signed, told to those who can mend it and to those who watch."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import Role
from portal.audit.tasks import KEY_UNUSABLE, WENT_BACK
from receipts.operations import tell_operations

SUBJECTS = {
    KEY_UNUSABLE: gettext_lazy("审计记录现在签不了名"),
    WENT_BACK: gettext_lazy("审计记录和已签过的对不上"),
}
BODIES = {
    KEY_UNUSABLE: gettext_lazy(
        "签名的密钥用不了，新的记录在排队，没有丢。请看 AUDIT_KEYS（docs/audit.md）。"
    ),
    WENT_BACK: gettext_lazy(
        "数据库里的审计记录不是从上次签过的那一份接下去的：可能恢复了旧的备份，"
        "也可能有人删改了记录。已停止签名，新的记录在排队，没有丢。\n\n"
        "请先弄清原因，再按 docs/audit.md 处理；不要删除 AUDIT_MEMORY。"
    ),
}


def not_signed(effect_key: str, what: str, why: str) -> None:
    def letter() -> tuple[str, str]:
        detail = _("详情：{why}").format(why=why)
        return str(SUBJECTS[what]), f"{BODIES[what]}\n\n{detail}\n"

    tell_operations(effect_key, "audit_alarm", letter, Role.AUDITOR, Role.ADMINISTRATOR)
