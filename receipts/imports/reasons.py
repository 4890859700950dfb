"""Why a row was put aside or a file not read, as codes in the database and as sentences."""

from django.utils.translation import gettext_lazy as _

from receipts.models import PutAside

ROW = {
    "amount": _("金额读不懂"),
    "amount_decimals": _("金额多于两位小数"),
    "amount_missing": _("没有金额"),
    "amount_negative": _("金额带负号；退款和撤销请用交易类型表示"),
    "amount_too_large": _("金额太大"),
    "amount_zero": _("金额是 0"),
    "broken_characters": _("有读不出的字符"),
    "card_number_in_column": _("这一栏里像是一个完整卡号"),
    "card_tail": _("卡号后四位读不懂"),
    "cut_when_kept": _("这一栏里的号码没有保存，请照文件重新填，或者清空"),
    "currency": _("币种读不懂，或不是两位小数的币种"),
    "database_refused": _("数据库不接受这一行"),
    "date": _("日期读不懂"),
    "date_in_future": _("日期还没有到"),
    "date_missing": _("没有日期"),
    "date_not_in_calendar": _("没有这一天"),
    "date_too_early": _("日期早于 2000 年"),
    "dates_far_apart": _("结算日期比交易日期晚半年以上"),
    "differs": _("与已有的记录不一致"),
    "identity_conflict": _("各个编号指向不同的交易"),
    "line_length": _("这一行的长度与格式不符"),
    "line_too_long": _("这一行太长"),
    "line_unknown": _("不认识这一行的行标"),
    "merchant_missing": _("没有商户编号"),
    "no_identity": _("没有来源交易号、批次号加凭证号，也没有参考号，认不出是哪一笔"),
    "no_original": _("没有说明原交易"),
    "original_declined": _("原交易未成功"),
    "original_of_another_merchant": _("原交易是另一家商户的"),
    "original_refunded": _("原交易已经退过款，不能再撤销"),
    "original_voided": _("原交易已撤销"),
    "refund_above_amount": _("退款合计超过原交易金额"),
    "refunded_above_amount": _("已退金额超过交易金额"),
    "refunded_amount_missing": _("状态是部分退款，却没有已退金额"),
    "settled_before_payment": _("结算日期早于交易日期"),
    "space_within": _("编号中间有空格"),
    "spreadsheet_number": _("数字被表格软件改成了科学记数"),
    "stray_quote": _("引号没有成对"),
    "time": _("时间读不懂"),
    "time_missing": _("没有时间"),
    "tip_above_amount": _("小费超过金额"),
    "too_few_cells": _("列数比表头少"),
    "too_long": _("超过这一栏的长度"),
    "too_many_cells": _("列数比表头多"),
    "unknown_word_kind": _("不认识这种交易类型"),
    "unknown_word_status": _("不认识这种状态"),
    "waiting": _("原交易还没有来，来了会自动对上"),
    "whole_number": _("应为整数"),
    "word": _("不认识这个词"),
    "zone": _("不认识这个时区"),
}
FILE = {
    "changed_while_read": _("文件在读取当中变了，请等它写完再导入一次"),
    "directory": _("这是一个文件夹，请给出文件"),
    "empty_file": _("文件是空的"),
    "gzip_bomb": _("解压后大得不像交易文件，没有读取"),
    "gzip_broken": _("gzip 文件不完整或已损坏"),
    "gzip_twice": _("文件被压缩了两次，请解压一次"),
    "no_header": _("没有找到表头；可能不是这种格式的文件"),
    "no_rows": _("文件里没有一行记录"),
    "no_such_file": _("没有这个文件"),
    "not_permitted": _("没有读取这个文件的权限"),
    "pdf_file": _("这是 PDF，不是 CSV"),
    "spreadsheet_file": _("这是表格软件的文件，请另存为 CSV"),
    "zip_file": _("这是压缩包或 xlsx，请解压或另存为 CSV"),
}


def of_row(code: str) -> str:
    return str(ROW.get(code, code))


def of_file(code: str) -> str:
    return str(FILE.get(code, code))


def of_result(code: str) -> str:
    """What a try came to: how the row was solved, that it was dropped, or a reason."""
    choices = [*PutAside.Solved.choices, *PutAside.State.choices]
    known: dict[str, object] = {str(value): label for value, label in choices}
    return str(ROW.get(code) or known.get(code) or code)
