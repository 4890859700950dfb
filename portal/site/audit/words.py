"""Words for what stands in an event: fields, values, and who acts without an account."""

import re
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal import moments, money
from portal.site.audit.fields import CODES, FIELDS, REASONS

PARTS = {
    "consumer": gettext_lazy("客户"),
    "api": gettext_lazy("接口的程序"),
    "organisation": gettext_lazy("一个机构或商户"),
}
LONGEST = 120
FINGERPRINT = re.compile(r"[0-9a-f]{40,}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")


def field_name(name: str) -> str:
    return str(FIELDS.get(name, name))


def fact(value, name: str = "") -> str:
    """A value of an event in words; lists one after the other. `name` says which field it is of."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return _short(_("、").join(fact(each, name) for each in value))
    if isinstance(value, dict):
        told = (f"{field_name(key)} {fact(each, key)}" for key, each in value.items())
        return _short(_("、").join(told))
    if isinstance(value, int):
        return money.text(value) if name.endswith("_minor") else str(value)
    if MOMENT.fullmatch(value):
        return moments.dated(datetime.fromisoformat(value))
    if FINGERPRINT.fullmatch(value):
        return f"{value[:16]}…"  # who compares it takes an export
    return _short(str(CODES.get(name, {}).get(value, value)))


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
    if kind in ONE_OF_A_KIND:
        return str(ONE_OF_A_KIND[kind])
    name = KINDS.get(kind)
    return f"{name} {rest[:18]}" if name else subject


ONE_OF_A_KIND = {
    "audit": gettext_lazy("审计日志"),
    "gate": gettext_lazy("顾客查询的防护"),
    "installation": gettext_lazy("这套系统"),
    "readings": gettext_lazy("查看记录"),
    "system": gettext_lazy("这套系统"),
}
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
    "erasure": pgettext_lazy("one", "删除请求"),
    "retention": gettext_lazy("保存期"),
    "addresses": gettext_lazy("向上反映的地址"),
    "export": gettext_lazy("导出"),
    "item": gettext_lazy("改进事项"),
    "policy": gettext_lazy("规则"),
    "reply": gettext_lazy("常用回复"),
    "slip_key": gettext_lazy("签小票的证书"),
    "suggestion": gettext_lazy("建议"),
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
    return str(REASONS.get(reason, reason))
