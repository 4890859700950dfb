"""The slip's PDF: CPU of a warm render against naive WeasyPrint on the same content, and its size.

Naive is what one writes first: one table, `HTML(string=…).write_pdf()`, the machine's own CJK
font, nothing kept between two slips, neither tags nor archive form. Process time, not wall time,
so that a neighbour on the machine does not count; the two take turns, so that both meet the same
neighbours.
"""

import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from html import escape

from weasyprint import HTML

from bench.figures import Figure
from receipts.slip import font
from receipts.slip.content import Amount, Field, SlipContent, Words
from receipts.slip.pdf import press, slip_html, slip_pdf

TIMES = {"small": 12, "full": 60}
NAIVE_FONT = "Noto Sans CJK SC"


def content() -> SlipContent:
    """A contactless sale with chip data: the longest slip that is common."""

    def fields(*rows: tuple[str, str, str], strong: int = 0) -> tuple[Field, ...]:
        return tuple(
            Field(Words(zh, en), value, strong=index < strong)
            for index, (zh, en, value) in enumerate(rows)
        )

    return SlipContent(
        merchant=Words("半山听雨茶餐厅（江北店）"),
        copy=Words("持卡人存根", "CARDHOLDER COPY"),
        type=Words("消费", "SALE"),
        amount=Amount(
            Words("人民币金额", "AMOUNT, RMB"),
            "¥",
            "386.50",
            Words("已于 2026-11-23 结算", "SETTLED"),
        ),
        duplicate=Words("重打印凭证 第 2 次", "DUPLICATED, ISSUE 2"),
        card=fields(
            ("卡号", "CARD NO.", "**** 4821 / C"),
            ("日期和时间", "DATE / TIME", "2026-11-22 19:42:16"),
            ("发卡行", "ISSUER", "嘉陵银行"),
            ("收单行", "ACQUIRER", "江岸支付"),
            strong=2,
        ),
        numbers=fields(
            ("商户编号", "MERCHANT NO.", "898653058120137"),
            ("终端编号", "TERMINAL NO.", "65301842"),
            ("参考号", "REFER NO.", "112219420386"),
            ("授权码", "AUTH NO.", "381604"),
            ("批次号", "BATCH NO.", "000317"),
            ("凭证号", "VOUCHER NO.", "004182"),
            ("操作员号", "OPERATOR NO.", "01"),
            ("应用标签", "APP LABEL", "PBOC DEBIT"),
        ),
        chip=fields(
            ("", "AID", "A000000333010101"),
            ("", "ARQC", "8F2C61A4D0E7935B"),
            ("", "TVR", "0000000000"),
            ("", "TSI / ATC", "0000 / 01A7"),
        ),
        notes=(
            Words("交易金额未超过 1,000 元，免密免签。", "NO PIN, NO SIGNATURE REQUIRED"),
            Words(
                "本人确认以上交易，同意将其记入本卡账户。",
                "I ACKNOWLEDGE SATISFACTORY RECEIPT OF THE ABOVE",
            ),
        ),
        statement=(
            Words("本凭证由江岸支付按交易记录补发，不是发票，也不代替商户留存的签名原件。"),
            Words("第 2 次出具 2026-11-24 10:20（首次 2026-11-23）。"),
            Words("", "A COPY ISSUED BY THE INSTITUTION. NOT A TAX INVOICE."),
        ),
    )


def naive_html(slip: SlipContent) -> str:
    rows = [
        (slip.title, ""),
        (slip.duplicate or Words(""), ""),
        (slip.copy, ""),
        (slip.type, ""),
        (slip.amount.title, slip.amount.symbol + slip.amount.digits),
        (slip.amount.status, ""),
        *((field.title, field.value) for field in (*slip.card, *slip.numbers, *slip.chip)),
        *((words, "") for words in (*slip.notes, *slip.statement)),
    ]
    table = "".join(
        f"<tr><td>{escape(title.zh)}<br><small>{escape(title.en)}</small></td>"
        f"<td>{escape(value)}</td></tr>"
        for title, value in rows
    )
    return (
        f'<html lang="zh"><head><title>x</title><style>@page {{ size: 80mm 270mm; margin: 4mm }}'
        f'body {{ font: 11px "{NAIVE_FONT}" }} small {{ font-size: 9px }} h1 {{ font-size: 17px }}'
        f"</style></head><body><h1>{escape(slip.merchant.zh)}</h1><table>{table}</table></body></html>"
    )


def has_naive_font() -> bool:
    command = shutil.which("fc-list")
    return command is not None and bool(
        subprocess.run([command, NAIVE_FONT], capture_output=True, check=False).stdout
    )


def cpu(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def run(scale: str) -> list[Figure]:
    slip = content()
    html, _missing = font.replace_missing(slip_html(slip))
    naive = naive_html(slip)
    works = {
        "naive": lambda: HTML(string=naive).write_pdf(),
        "whole": lambda: slip_pdf(slip),
        "layout": lambda: press().lay_out(html),
        "template": lambda: slip_html(slip),
    }
    for work in works.values():
        work()  # warm: imports, fonts, style sheet, templates
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(TIMES[scale]):
        for name, work in works.items():
            taken[name].append(cpu(work))
    spent = {name: statistics.median(times) for name, times in taken.items()}
    size = len(slip_pdf(slip))
    note = f"naive: table, {NAIVE_FONT}" if has_naive_font() else f"no {NAIVE_FONT} here for naive"
    return [
        Figure(
            "warm render, CPU against naive",
            spent["whole"] / spent["naive"],
            "×",
            most=0.6,
            note=note,
        ),
        Figure("  of it layout", spent["layout"] / spent["naive"], "×"),
        Figure("  of it the template", spent["template"] / spent["naive"], "×"),
        Figure("PDF, tagged, PDF/A-3a", size / 1000, "KB", most=50),
        Figure("naive PDF", len(HTML(string=naive).write_pdf()) / 1000, "KB"),
    ]
