"""What the facts of an event are called, and their codes in words; a test walks every event."""

from collections.abc import Mapping
from itertools import chain

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from disputes import policy
from disputes.actions.escalate import NOBODY, TIME, WISH
from disputes.models import NetworkNotice, Refund, UpwardEntry
from disputes.models.after import Solved
from disputes.models.case import ContactKind, Kind, Reason, Stage, Status
from disputes.models.message import Audience
from disputes.models.network import CardKind, NetworkWord, State
from disputes.models.upward import CaseFile, Route
from disputes.policy import limits, network
from disputes.policy.causes import OtherCause
from portal.accounts.models import Role
from portal.api.models import Scope
from portal.erasure.models import Ground
from portal.erasure.words import REMOVED
from portal.site.people.close_merchant import Why
from portal.viewing import budget, unmasking
from receipts.models import SlipIssue
from receipts.models.payment import SlipCause, SlipPrinted
from receipts.watch import days

Names = dict[str, str | Promise]

OF_CASES: Names = {
    "agreed_minor": _("同意退的金额"),
    "alone": _("自己有权决定，不用另一个人"),
    "amount_minor": _("金额"),
    "answers": _("答复哪一条"),
    "asked_by": _("谁申请的"),
    "assignee": _("负责人"),
    "audience": _("写给谁"),
    "body": _("写的话"),
    "browsers": _("让多少个浏览器失效"),
    "case": _("案件"),
    "claimed_tail": _("客户说的尾号"),
    "clock": _("哪个时限"),
    "closing": _("办结的次数"),
    "closing_reason": _("办结理由"),
    "contact": _("联系方式"),
    "contact_kind": _("联系方式的种类"),
    "continued": _("要求继续的次数"),
    "declined_minor": _("没有接受的金额"),
    "difference": _("哪一处差异"),
    "done_at": _("什么时候办完"),
    "due_at": _("截止时间"),
    "due_on": _("截止或应到日期"),
    "effort": _("费不费事"),
    "files": _("附件"),
    "for": _("属于"),
    "forwarded_on": _("转来的日期"),
    "forwarded_ref": _("转来的文号"),
    "from": _("从哪个案件"),
    "into": _("并到哪个案件"),
    "kind": _("类型"),
    "limit": _("限额"),
    "limit_minor": _("本人的限额"),
    "message": _("留言编号"),
    "offered_minor": _("提出退的金额"),
    "outcome": _("结果"),
    "owner": _("交给谁"),
    "payment": _("交易"),
    "policy": _("时限的版本"),
    "reason": _("原因"),
    "redone_by": _("重新付的一笔"),
    "reference": _("参考号"),
    "refund": _("退款编号"),
    "refund_kind": _("退款的方式"),
    "refund_state": _("退款的状态"),
    "requested_minor": _("请求的金额"),
    "root_cause": _("根本原因"),
    "run": _("第几次计时"),
    "solved": _("解决了没有"),
    "stage": _("阶段"),
    "status": _("状态"),
    "suggestion": _("建议"),
    "title": _("题目"),
    "tried": _("试过几次"),
    "until": _("到什么时候"),
    "version": _("第几版"),
    "why": _("为什么"),
    "word": _("哪一次提醒"),
    "words": _("写的话"),
}
OF_THE_NETWORK: Names = {
    "card_kind": _("卡种"),
    "code": _("哪一步"),
    "content": _("带哪些文字"),
    "entry": _("第几条"),
    "file": _("材料"),
    "items": _("几件材料"),
    "known": _("已经有的"),
    "line": _("第几行"),
    "network_ref": _("网络编号"),
    "note": _("备注"),
    "on": _("日期"),
    "pages": _("页数"),
    "party": _("对方"),
    "reason_code": _("原因码"),
    "scope": _("给谁看的"),
    "state": _("状态"),
    "step": _("第几步"),
    "taken": _("收下的"),
    "text": _("写的话"),
    "waiting": _("等着对上的"),
    "way": _("怎么送的"),
    "what": _("什么"),
}
OF_SLIPS_AND_FILES: Names = {
    "cause": _("没打出来的原因"),
    "channel": _("从哪里开出"),
    "copy": _("第几联"),
    "created": _("新的交易"),
    "days": _("日子"),
    "duplicate": _("是补打"),
    "error": _("出了什么错"),
    "fingerprint": _("证书的指纹"),
    "form": _("样式"),
    "format": _("格式"),
    "found": _("找到几笔"),
    "grace_minutes": _("宽限（分钟）"),
    "import": _("导入"),
    "known_from": _("从哪里知道的"),
    "language": _("语言"),
    "merchant_no": _("商户编号"),
    "merchants": _("商户"),
    "more": _("还要一条信息"),
    "number": _("第几份"),
    "pattern": _("文件名"),
    "payment_revision": _("交易的第几版"),
    "payments": _("几笔交易"),
    "put_aside": _("搁置的行"),
    "read": _("读了几行"),
    "repeat": _("重复开出"),
    "result": _("结果"),
    "rows": _("几行"),
    "sha256": _("校验值"),
    "malware": _("恶意程序的名称"),
    "size": _("大小"),
    "slip_printed": _("小票打出来了吗"),
    "slips": _("几张小票"),
    "totals_disagree": _("合计对不上"),
    "unchanged": _("没有变的"),
    "updated": _("更新了的"),
}
OF_PEOPLE_AND_RULES: Names = {
    "account": _("账号"),
    "accounts": _("哪几个账号"),
    "address": _("网络地址"),
    "attempt": _("哪次查询"),
    "before": _("早于"),
    "canary": _("哪笔诱饵"),
    "checkpoint": _("检查点"),
    "client": _("客户端"),
    "count": _("数量"),
    "day": _("日期"),
    "day_budget": _("一天的限额"),
    "day_used": _("一天里打开的"),
    "digest": _("校验值"),
    "email": _("邮箱"),
    "entries": _("哪些"),
    "events": _("几条记录"),
    "factor": _("用什么登录"),
    "faults": _("不符之处"),
    "fields": _("哪几项"),
    "figure": _("数目"),
    "first": _("第一处不符"),
    "hour_budget": _("一小时的限额"),
    "hour_used": _("一小时里打开的"),
    "hours": _("钟点"),
    "invitation": _("邀请"),
    "left": _("还剩几个"),
    "limits": _("时限"),
    "method": _("请求方式"),
    "methods": _("怎么登录的"),
    "minutes": _("几分钟"),
    "mode": _("方式"),
    "most": _("限额"),
    "name": _("名称"),
    "narrowed": _("筛选"),
    "organisation": _("机构或商户"),
    "path": _("页面"),
    "query": _("筛选"),
    "readings": _("查看次数"),
    "reasons": _("原因"),
    "refund_limits": _("退款的限额"),
    "assignment": _("分派"),
    "team": _("给谁用"),
    "texts": _("消息的文字"),
    "removed": _("删了多少"),
    "role": _("角色"),
    "root": _("树根"),
    "scopes": _("可以做什么"),
    "seed": _("样本的种子"),
    "since": _("从什么时候起"),
    "since_last": _("只核对新的"),
    "spread": _("平常的起伏"),
    "subjects": _("哪些"),
    "type": _("类型"),
    "username": _("用户名"),
    "username_hash": _("用户名的校验值"),
    "usual": _("平常"),
    "view": _("视图"),
    "wanted": _("需要的角色"),
    "works": _("上班"),
    **REMOVED,
}
FIELDS: Names = OF_CASES | OF_THE_NETWORK | OF_SLIPS_AND_FILES | OF_PEOPLE_AND_RULES


WAYS_TO_SIGN_IN: Names = {
    "password": _("密码"),
    "totp": _("手机上的验证码"),
    "recovery_codes": _("恢复码"),
    "mfa:totp": _("手机上的验证码"),
    "mfa:recovery_codes": _("恢复码"),
}


def _labels(*kinds) -> dict[str, str | Promise]:
    return {str(code): label for code, label in chain(*(kind.choices for kind in kinds))}


# What a code means; the same one means another thing in another field.
CODES: dict[str, Mapping[str, str | Promise]] = {
    "audience": _labels(Audience),
    "card_kind": _labels(CardKind),
    "cause": _labels(SlipCause),
    "channel": _labels(SlipIssue.Channel),
    "days": days.RULES,
    "code": {code: rule.name for code, rule in network.STEPS.items()},
    "clock": limits.LABELS,
    "closing_reason": dict(
        chain(
            policy.CLOSED_OTHERWISE.items(),
            *(each.resolved + each.rejected for each in policy.KINDS.values()),
        )
    ),
    "contact_kind": _labels(ContactKind),
    "content": {"none": _("不带文字"), "case": _("案件里写的话"), "all": _("全部文字")},
    "copy": _labels(SlipIssue.Copy),
    "factor": WAYS_TO_SIGN_IN,
    "form": _labels(SlipIssue.Form),
    "kind": _labels(Kind)
    | {"subjects": _("指定的对象"), "period": _("一段时间"), "all": _("整本日志")},
    "known_from": {"file": _("文件"), "feed": _("接口"), "complaint": _("客户说的")},
    "language": dict(settings.LANGUAGES),
    "limit": limits.LABELS,
    "methods": WAYS_TO_SIGN_IN,
    "party": _labels(Route),
    "reason": _labels(Reason),
    "refund_kind": _labels(Refund.Kind),
    "refund_state": _labels(Refund.State),
    "root_cause": _labels(SlipCause, OtherCause),
    "role": _labels(Role),
    "scope": _labels(CaseFile.Scope),
    "scopes": _labels(Scope),
    "slip_printed": _labels(SlipPrinted),
    "solved": _labels(Solved),
    "stage": _labels(Stage),
    "state": _labels(NetworkNotice.State, State),
    "status": _labels(Status),
    "wanted": _labels(Role),
    "way": _labels(UpwardEntry.Way),
    "what": _labels(UpwardEntry.What),
    "word": _labels(NetworkWord.What),
}
# Why, where it is a code.
REASONS: dict[str, str | Promise] = {
    **_labels(Reason),
    **_labels(Ground),
    **budget.REASONS,
    **unmasking.REASONS,
    WISH: _("有人要求"),
    TIME: _("时限到了"),
    "calendar_changed": _("日历变了"),
    NOBODY: _("商户没有人能答复"),
    **_labels(Why),
    "renewed": _("另发了新的"),
    "withdrawn": _("已撤回"),
}
