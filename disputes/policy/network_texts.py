"""What is told of a track at the card network, as delivered; by a step's code, or by what is told
of its deadline. Sent by `disputes.network.words_out`."""

from django.utils.translation import gettext_lazy as _

from disputes.models.network import NetworkWord
from disputes.policy import network as rules

What = NetworkWord.What
TO_STAFF = {
    "E00": _("银联来了一件查询，请在时限内查复"),
    "E04": _("银联来了一件调单，请在时限内回复"),
    "E23": _("银联来了一件退单，请在时限内决定"),
    "E25": _("银联来了一件二次退单，请在时限内决定"),
    "slip": _("商户上传了签字小票，可以回复调单了"),
    What.IN_72: _("一件银联差错离时限不到 72 小时，请登录处理"),
    What.IN_24: _("一件银联差错离时限不到 24 小时，请马上登录处理"),
    What.MISSED: _("一件银联差错的时限已经过了，请登录看后果"),
    What.SLIP_MISSED: _("商户没有按时上传签字小票，请登录处理"),
}
TO_MERCHANT = {
    "E04": _("发卡行要看一笔消费的签字小票，请登录上传原件的照片或扫描件"),
    What.SLIP_72: _("签字小票还没有上传，离时限不到 72 小时，请登录上传"),
    What.SLIP_24: _("签字小票还没有上传，离时限不到 24 小时，请马上登录上传"),
    What.SLIP_MISSED: _("签字小票没有按时上传，款项可能被退给持卡人，请登录看"),
    "E23": _("发卡行把一笔消费的钱要了回去，请登录查看"),
    "E32": _("支付机构把一笔消费的钱退给了持卡人，请登录查看"),
    "E74": _("支付机构把一笔消费的钱退给了持卡人，请登录查看"),
    rules.ACCEPTED: _("一笔被退单的消费有了结果，请登录查看"),
    rules.WON: _("一笔被退单的消费有了结果，请登录查看"),
    rules.LOST: _("一笔被退单的消费有了结果，请登录查看"),
}
