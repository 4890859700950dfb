"""Why a message of the network did not go in, as codes in the database and as sentences."""

from django.utils.translation import gettext_lazy as _

from receipts.imports import reasons

ROW = {
    "waiting": _("这笔消费还没有来，来了会自动对上"),
    "several": _("有几笔消费都对得上"),
    "differs": _("参考号对得上，尾号、金额或商户不一样"),
    "refused": _("对上了消费，但是规则不许这一步"),
    "code_missing": _("没有差错代码"),
    "code": _("不认识这个差错代码"),
    "code_outgoing": _("这是我们发出的一步，不能由文件登记"),
    "no_identity": _("没有参考号，也没有尾号加金额，认不出是哪一笔"),
    "no_number": _("没有差错编号，也没有发起日期，分不出和别的一条"),
    "date_missing": _("没有消费日期"),
    "due_before_sent": _("答复期限早于发出日期"),
}

# The fields of a mapping file, as people call them; the titles in a file are its institution's.
COLUMNS = {
    "code": _("差错代码"),
    "network_ref": _("差错编号"),
    "reason_code": _("原因码"),
    "rrn": _("参考号"),
    "card": _("卡号"),
    "card_kind": _("卡类别"),
    "merchant_no": _("商户编号"),
    "date": _("交易日期"),
    "payment_amount": _("交易金额"),
    "amount": _("差错金额"),
    "sent_on": _("发起日期"),
    "due_on": _("答复期限"),
    "words": _("说明"),
}


def of_column(name: str) -> str:
    return str(COLUMNS.get(name, name))


def of_notice(code: str) -> str:
    return str(ROW.get(code) or reasons.of_row(code))
