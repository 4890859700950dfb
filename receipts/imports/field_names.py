"""What the fields of a payment are called for people."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

NAMES = {
    "kind": _("交易类型"),
    "status": _("状态"),
    "source": pgettext_lazy("of data", "来源"),
    "source_id": _("来源交易号"),
    "merchant_no": _("商户编号"),
    "merchant_name": _("商户名称"),
    "merchant_name_en": _("商户英文名称"),
    "city": _("城市"),
    "terminal_no": _("终端编号"),
    "terminal_model": _("终端型号"),
    "terminal_software": _("终端软件版本"),
    "operator_no": _("操作员号"),
    "acquirer_code": _("收单机构代码"),
    "acquirer_name": _("收单行"),
    "issuer_code": _("发卡机构代码"),
    "issuer_name": _("发卡行"),
    "card": _("卡号后四位"),
    "device_card": _("手机卡号后四位"),
    "card_kind": _("卡类别"),
    "card_brand": _("卡组织"),
    "entry_mode": _("输入方式"),
    "date_time": _("日期和时间"),
    "date": _("日期"),
    "time": _("时间"),
    "amount": _("金额"),
    "authorised_amount": _("授权金额"),
    "tip": _("小费"),
    "refunded_amount": _("已退金额"),
    "currency": _("币种"),
    "settled_on": _("结算日期"),
    "batch_no": _("批次号"),
    "voucher_no": _("凭证号"),
    "rrn": _("参考号"),
    "auth_code": _("授权码"),
    "order_no": _("交易单号"),
    "instalments": _("分期期数"),
    "no_pin_no_signature": _("免密免签"),
    "app_label": _("应用标签"),
    "remarks": _("备注"),
    "slip_printed": _("小票是否打印"),
    "slip_cause": _("小票没打出的原因"),
    "original_source_id": _("原来源交易号"),
    "original_terminal_no": _("原终端编号"),
    "original_batch_no": _("原批次号"),
    "original_voucher_no": _("原凭证号"),
    "original_rrn": _("原参考号"),
    "original_date": _("原交易日期"),
    "chip": _("芯片数据"),
}


def of(name: str) -> str:
    """A chip's data are called by their own abbreviations everywhere."""
    return str(NAMES.get(name) or name.upper())
