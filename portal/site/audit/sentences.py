"""Every type of event as a person would say it, in one table.

Who did it stands before the sentence. A test reads off the code which types can be written and
holds this table complete, and free of types that nothing writes.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Topic:
    """Types that an auditor looks for together."""

    name: str
    label: str | Promise
    types: dict[str, str | Promise]


CASES = Topic(
    "cases",
    _("案件经过"),
    {
        "case.opened": _("立了案"),
        "case.consumer_replied": _("补充了说明"),
        "case.merchant_replied": _("代表商户留言"),
        "case.institution_replied": _("代表机构留言"),
        "case.asked_consumer": _("请客户补充说明，计时暂停了"),
        "case.noted": _("写了内部备注"),
        "case.assigned": _("把案件交给了一位负责人"),
        "case.escalated_by_consumer": _("请支付机构处理"),
        "case.escalated_by_institution": _("把案件从商户接到了机构"),
        "case.escalated_by_time": _("因商户超时，把案件转到了机构"),
        "case.resolved": _("办结了案件"),
        "case.rejected": _("没有支持客户的请求"),
        "case.withdrawn": _("撤回了案件"),
        "case.continued": _("不满意结果，请求继续处理"),
        "case.refund_offered": _("提出了退款，等客户答复，计时暂停了"),
        "case.offer_accepted": _("接受了提出的退款，案件办结"),
        "case.offer_declined": _("没有接受提出的退款"),
        "case.redo_linked": _("对上了客户重新付的一笔"),
        "case.redone": _("因退款和重新付的都已确认，办结了案件"),
        "case.refund_proposed": _("提出了一笔退款，等另一个人批准"),
        "case.refund_edited": _("改了一笔还没批准的退款"),
        "case.proposal_withdrawn": _("撤回了一笔还没批准的退款"),
        "case.refund_approved": _("批准了一笔退款"),
        "case.refund_refused": _("没有批准一笔退款"),
        "case.refund_sent": _("把一笔退款送到了收单方"),
        "case.refund_unknown": _("不知道一笔退款的结果，开始查询"),
        "case.refund_executed": _("执行了一笔退款"),
        "case.refund_failed": _("没能办成一笔退款，钱没有动"),
        "case.refund_confirmed": _("凭对账文件确认了一笔退款"),
        "case.merged": _("把案件并入了另一件"),
        "case.took_in": _("把另一件案件并了进来"),
        "case.parted": _("把案件和另一件分开了"),
        "case.let_go": _("把另一件案件分了出去"),
        "case.extension_asked": _("申请延长答复时限"),
        "case.extended": _("批准延长答复时限"),
        "case.extension_refused": _("没有批准延长答复时限"),
        "case.forwarded": _("登记了人民银行转来的投诉"),
        "case.taken_up": _("登记了上级受理"),
        "case.file_requested": _("登记了上级调取材料"),
        "case.request_answered": _("登记了材料已交给上级"),
        "case.decided_above": _("登记了上级的决定"),
        "case.reply_noted": _("登记了上级来的函件"),
        "case.sent_up": _("登记了发给上级的函件"),
        "case.file_asked": _("要了一份案件材料"),
        "case.file_issued": _("做好了一份案件材料"),
        "case.file_given": _("下载了一份案件材料"),
        "case.gone_up": _("说已经向上反映"),
        "case.difference_settled": _("了结了一处和文件的差异"),
        "case.policy_moved": _("把案件换成了现行规则"),
        "case.reprinted": _("补打了小票"),
        "case.slip_accepted": _("有电子小票就够了，案件办结"),
        "case.surveyed": _("回答了办结后的两个问题"),
        "suggestion.made": _("提了一条建议"),
        "suggestion.put_aside": _("说明了一条建议为什么不办"),
        "item.made": _("把一件要改进的事交给了一个人"),
        "item.done": _("了结了一件要改进的事"),
        "case.due_soon": _("提醒时限快到了"),
        "case.overdue": _("说时限已经过了"),
        "case.due_moved": _("按新的工作日历移动了时限"),
        "case.slip_issued": _("开出了电子小票，小票时限停止"),
        "case.code_sent": _("发出了查看进度的验证码"),
        "case.matched": _("对上了客户要找的交易，办结了案件"),
        "case.links_ended": _("让以前发出的案件链接都失效"),
        "case.seen_by_code": _("凭验证码看了案件"),
        "case.link_shown": _("拿到了案件的私人链接"),
        "file.received": _("上传了一个文件"),
        "file.discarded": _("去掉了一个没有发出的文件"),
    },
)
NETWORK = Topic(
    "network",
    _("银联差错"),
    {
        "network.opened": _("开始了一笔消费的差错处理"),
        "network.inquired": _("登记了银联的查询"),
        "network.answered": _("查复了银联的查询"),
        "network.retrieval_asked": _("登记了银联的调单"),
        "network.retrieval_answered": _("回复了调单"),
        "network.charged_back": _("登记了退单"),
        "network.represented": _("再请款"),
        "network.charged_back_again": _("登记了二次退单"),
        "network.negotiating": _("请求例外协商"),
        "network.adjusted": _("做了贷记调整"),
        "network.refunded_by_hand": _("做了手工退货"),
        "network.accepted": _("接受了退单"),
        "network.won": _("登记了退单追回"),
        "network.lost": _("登记了退单没有追回"),
        "network.missed": _("时限已过，没有答复银联"),
        "network.due_soon": _("提醒答复银联的时限快到了"),
        "network.told_by_file": _("在结算文件里看到了经银联退的一笔"),
        "network.due_moved": _("按新的工作日历移动了时限"),
        "network.slip_missed": _("商户没有按时上传签字小票"),
        "network.slip_given": _("上传了签字小票"),
        "network.evidence_sent": _("发出了给银联的材料"),
        "network.card_kind_settled": _("记下了卡种"),
        "network_notice.kept": _("收下了一条还没有对上的银联来文"),
        "network_notice.taken": _("把一条银联来文对上了消费"),
        "network_notice.dropped": _("说明了一条银联来文为什么不处理"),
        "network_file.started": _("开始导入银联来文"),
        "network_file.finished": _("导入完了银联来文"),
        "network_file.failed": _("没能导入银联来文"),
    },
)
SLIPS = Topic(
    "slips",
    _("交易和小票"),
    {
        "payments.searched": _("查找了交易"),
        "payment.slip_issued": _("开出了一张小票"),
        "payment.slip_evidence": _("说明了小票有没有打出来"),
        "payment.slip_mail_asked": _("请求把小票发到邮箱"),
        "payment.slip_not_ready": _("没能开出小票"),
        "payment.slip_file_lost": _("找不到一张已开小票的文件"),
        "payment.counter_code_shown": _("在柜台出示了取小票的二维码"),
        "payment.counter_code_taken": _("扫柜台的二维码取了小票"),
        "archive.asked": _("请求打包一天的小票"),
        "archive.ready": _("打包好了一天的小票"),
        "slip_key.first_used": _("第一次用这把密钥签小票"),
    },
)
IMPORTS = Topic(
    "imports",
    _("文件和接口"),
    {
        "import_started": _("开始导入"),
        "import_resumed": _("接着导入中断了的文件"),
        "import_finished": _("导入完成"),
        "import_failed": _("没能导入"),
        "row_corrected": _("更正了搁置的一行"),
        "row_retried": _("重试了搁置的一行"),
        "rows_retried": _("重试了一批搁置的行"),
        "row_dropped": _("决定不再处理搁置的一行"),
        "file_source_set": _("设置了应到的文件"),
        "file_source_removed": _("取消了应到的文件"),
        "expected_file_missing": _("发现应到的文件没有来"),
        "expected_file_came": _("收到了迟到的文件"),
        "watch_file_broken": _("收到了读不了的文件"),
        "api_key_issued": _("发放了接口密钥"),
        "api_key_revoked": _("吊销了接口密钥"),
        "demo.begun": _("开始生成样本数据"),
        "demo.made": _("生成了样本数据"),
        "demo.rows_made": _("生成了大量样本交易"),
    },
)
RULES = Topic(
    "rules",
    _("设置和防护"),
    {
        "calendar.notice_entered": _("录入了一年的放假通知"),
        "calendar.day_set": _("规定了一天上班还是放假"),
        "calendar.day_taken_back": _("取消了对一天的规定"),
        "policy.version_made": _("立了一版新的处理规则"),
        "addresses.changed": _("改了向上反映的地址"),
        "audit.verified": _("核对了审计记录，没有错"),
        "audit.found_wrong": _("核对审计记录时发现有错"),
        "audit.triggers_renewed": _("重新装好了不让改记录的触发器"),
        "audit.exported": _("导出了审计记录"),
        "outbox.retried": _("让没发出去的邮件和短信再试一次"),
        "readings.sealed": _("封好了一段时间的查看记录"),
        "erasure.asked": _("请求删除个人信息"),
        "erasure.approved": _("批准了删除个人信息"),
        "erasure.refused": _("没有批准删除个人信息"),
        "data.erased": _("删除了个人信息"),
        "data.locked": _("封存了个人信息，只存不用"),
        "retention.enforced": _("删除了过了保存期的"),
        "step_up_set": _("设置了查询的防护"),
        "step_up_ended": _("结束了设置的防护，时间到了"),
        "attack_began": _("进入了防护模式"),
        "attack_ended": _("结束了防护模式"),
        "canaries_made": _("放下了诱饵交易"),
        "canaries_removed": _("取走了诱饵交易"),
        "canary_hit": _("发现有人查到了诱饵交易"),
    },
)
PEOPLE = Topic(
    "people",
    _("人员和权限"),
    {
        "organisation.opened": _("开通了一个商户账户"),
        "organisation.switched": _("换到了另一家商户工作"),
        "refunds.exported": _("导出了退款"),
        "cases.exported": _("导出了案件或往来"),
        "desk.view_kept": _("存了一个案件视图"),
        "desk.view_dropped": _("去掉了一个存下的案件视图"),
        "invitation.sent": _("邀请了一位人员"),
        "invitation.accepted": _("接受了邀请"),
        "invitation.withdrawn": _("撤回了邀请"),
        "account.opened": _("开通了账号"),
        "role.changed": _("更改了角色"),
        "membership.ended": _("结束了一个人的权限"),
        "person.joined": _("登记了两个账号是同一个人"),
        "person.parted": _("登记了账号各是各的人"),
        "password.changed": _("更改了密码"),
        "password.reset_asked": _("收到了重设密码的请求"),
        "second_factor.added": _("绑定了手机"),
        "second_factor.replaced": _("换绑了手机"),
        "second_factor.reset": _("重置了一个人的动态码"),
        "recovery_codes.renewed": _("换了新的恢复码"),
    },
)
SIGN_INS = Topic(
    "sign_ins",
    _("登录和拒绝"),
    {
        "signed_in": _("登录了"),
        "signed_out": _("退出了"),
        "sign_in.refused": _("拒绝了一次登录：密码或动态码不对"),
        "sign_in.locked": _("暂时关上了一个账号的登录：试错太多"),
        "sign_in.proved": _("又用动态码证明了身份"),
        "recovery_code.used": _("用了一个恢复码"),
        "viewing.reason_given": _("说明了为什么要看得比平常多"),
        "viewing.unmasked": _("看了完整的联系方式"),
        "viewing.unusual.number": _("发现一天里看得比平常多"),
        "viewing.unusual.idle": _("发现一天里看了许多没有办的"),
        "viewing.unusual.merchants": _("发现一天里看了许多家商户的"),
        "viewing.unusual.listed": _("发现一天里查找出来看了许多行"),
        "viewing.unusual.hours": _("发现在平常不看的钟点看了许多"),
        "viewing.unusual.contacts": _("发现一天里看了许多完整的联系方式"),
        "access.refused": _("想做自己的角色不能做的事，被拒绝"),
    },
)
TOPICS = (CASES, NETWORK, SLIPS, IMPORTS, RULES, PEOPLE, SIGN_INS)
SENTENCES = {type_: text for topic in TOPICS for type_, text in topic.types.items()}
# Written by earlier versions.
PAST = {"case.read": _("打开了案件")}


def sentence(type_: str) -> str:
    return str(SENTENCES.get(type_) or PAST.get(type_) or type_)
