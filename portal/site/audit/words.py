"""Words for what stands in an event: fields, values, and who acts without an account."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from disputes.models.case import ContactKind, Kind, Stage, Status
from disputes.models.message import Audience
from portal.accounts.models import Role
from portal.erasure.models import Ground
from portal.erasure.words import REMOVED

FIELDS = {
    "stage": gettext_lazy("阶段"),
    "status": gettext_lazy("状态"),
    "assignee": gettext_lazy("负责人"),
    "role": gettext_lazy("角色"),
    "organisation": gettext_lazy("机构或商户"),
    "mode": gettext_lazy("方式"),
    "until": gettext_lazy("到什么时候"),
    "reason": gettext_lazy("原因"),
    "kind": gettext_lazy("类型"),
    "address": gettext_lazy("网络地址"),
    "email": gettext_lazy("邮箱"),
    "contact": gettext_lazy("联系方式"),
    "body": gettext_lazy("写的话"),
    "name": gettext_lazy("名称"),
    "username": gettext_lazy("用户名"),
    "path": gettext_lazy("页面"),
    "method": gettext_lazy("请求方式"),
    "wanted": gettext_lazy("需要的角色"),
    "methods": gettext_lazy("怎么登录的"),
    "factor": gettext_lazy("用什么登录"),
    "audience": gettext_lazy("写给谁"),
    "message": gettext_lazy("留言编号"),
    "files": gettext_lazy("附件"),
    "day": gettext_lazy("日期"),
    "works": gettext_lazy("上班"),
    "format": gettext_lazy("格式"),
    "size": gettext_lazy("字节"),
    "sha256": gettext_lazy("校验值"),
    "closing_reason": gettext_lazy("办结理由"),
    "count": gettext_lazy("数量"),
    "contact_kind": gettext_lazy("联系方式的种类"),
    "merchant_no": gettext_lazy("商户编号"),
    "payment": gettext_lazy("交易"),
    "policy": gettext_lazy("时限的版本"),
    "requested_minor": gettext_lazy("请求的金额（分）"),
    "username_hash": gettext_lazy("用户名的校验值"),
    "for": gettext_lazy("属于"),
    "client": gettext_lazy("客户端"),
    "scopes": gettext_lazy("可以做什么"),
    "invitation": gettext_lazy("邀请"),
    "account": gettext_lazy("账号"),
    "subjects": gettext_lazy("哪些"),
    "removed": gettext_lazy("删了多少"),
    "before": gettext_lazy("早于"),
    "readings": gettext_lazy("查看次数"),
    "digest": gettext_lazy("校验值"),
    **REMOVED,
}
VALUES = {
    **{str(stage): stage.label for stage in Stage},
    **{str(status): status.label for status in Status},
    **{str(role): role.label for role in Role},
    **{str(kind): kind.label for kind in Kind},
    **{str(audience): audience.label for audience in Audience},
    **{str(kind): kind.label for kind in ContactKind},
    **{str(ground): ground.label for ground in Ground},
}
PARTS = {
    "consumer": gettext_lazy("客户"),
    "api": gettext_lazy("接口的程序"),
    "organisation": gettext_lazy("一个机构或商户"),
}
LONGEST = 120


def field_name(name: str) -> str:
    return str(FIELDS.get(name, name))


def fact(value) -> str:
    """A value of an event in words; lists one after the other."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return _short("、".join(fact(each) for each in value))
    if isinstance(value, dict):
        return _short("、".join(f"{field_name(key)} {fact(each)}" for key, each in value.items()))
    return _short(str(VALUES.get(str(value), value)))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def part_name(actor: str) -> str:
    """Who is no person with an account: a customer, a program, the product itself."""
    kind, _colon, _id = actor.partition(":")
    if kind == "user":
        return _("已不在册的人员")
    return str(PARTS.get(kind) or _("系统"))


def subject_name(subject: str, names: dict[str, str]) -> str:
    """What a person calls it: a case by its number, an account by its name."""
    kind, _colon, rest = subject.partition(":")
    if kind == "account":
        return _("账号 {name}").format(name=names.get(f"user:{rest}") or rest[:16])
    if kind == "case":
        return _("案件 {number}").format(number=rest)
    if kind == "list":
        return str(LISTS.get(rest, rest))
    name = KINDS.get(kind)
    return f"{name} {rest[:18]}" if name else subject


KINDS = {
    "payment": gettext_lazy("交易"),
    "network": gettext_lazy("银联差错"),
    "networknotice": gettext_lazy("银联来文"),
    "networkfile": gettext_lazy("银联来文的文件"),
    "import": gettext_lazy("导入"),
    "import_row": gettext_lazy("搁置的行"),
    "invitation": gettext_lazy("邀请"),
    "organisation": gettext_lazy("机构或商户"),
    "archive": gettext_lazy("打包的小票"),
    "upload": gettext_lazy("附件"),
    "api_key": gettext_lazy("接口密钥"),
    "file_source": gettext_lazy("应到的文件"),
    "calendar": gettext_lazy("日历"),
    "erasure": gettext_lazy("删除请求"),
    "retention": gettext_lazy("保存期"),
    "readings": gettext_lazy("查看记录"),
}
LISTS = {
    "cases": gettext_lazy("案件的列表"),
    "payments": gettext_lazy("交易的列表"),
    "import_rows": gettext_lazy("搁置的行的列表"),
    "people": gettext_lazy("人员的列表"),
    "network": gettext_lazy("差错的列表"),
    "merchant_home": gettext_lazy("商户的首页"),
    "audit_overview": gettext_lazy("审计：概览"),
    "audit_events": gettext_lazy("审计：查记录"),
    "audit_people": gettext_lazy("审计：登录和查看"),
    "audit_reader": gettext_lazy("审计：一个人看了什么"),
    "audit_gaps": gettext_lazy("审计：缺漏"),
    "erasures": gettext_lazy("删除请求的列表"),
}


def reason_of(reason: str) -> str:
    return str(VALUES.get(reason, reason))
