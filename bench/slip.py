"""The slip's PDF: CPU of a warm render against naive WeasyPrint on the same content, and its size;
the stored slip as it is served; many slips in two processes.

Naive is what one writes first: one table, `HTML(string=…).write_pdf()`, the machine's own CJK
font, nothing kept between two slips, neither tags nor archive form. Process time, not wall time,
so that a neighbour on the machine does not count; the two take turns, so that both meet the same
neighbours.
"""

import json
import shutil
import statistics
import subprocess
import time
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape

import segno
from weasyprint import HTML

from bench import slip_many, slip_reportlab, slip_serving
from bench.figures import Figure
from receipts.slip import font, signing
from receipts.slip.content import Amount, Field, SlipContent, Verify, Words
from receipts.slip.pdf import press, slip_html, slip_pdf
from receipts.slip.seal import Seal

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
        verify=Verify(
            "7KQ4-M2XD-9FHW",
            "HTTPS://XIAOPIAO.EXAMPLE.COM/V/7KQ4M2XD9FHW",
            "江岸支付",
            "2026-11-24 10:20",
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
        (Words("核验码", "VERIFY"), slip.verify.code if slip.verify else ""),
        (Words("江岸支付电子签名", "DIGITALLY SIGNED"), "2026-11-24 10:20"),
    ]
    code = segno.make(slip.verify.address, error="m").svg_inline(scale=2) if slip.verify else ""
    table = "".join(
        f"<tr><td>{escape(title.zh)}<br><small>{escape(title.en)}</small></td>"
        f"<td>{escape(value)}</td></tr>"
        for title, value in rows
    )
    return (
        f'<html lang="zh"><head><title>x</title><style>@page {{ size: 80mm 270mm; margin: 4mm }}'
        f'body {{ font: 11px "{NAIVE_FONT}" }} small {{ font-size: 9px }} h1 {{ font-size: 17px }}'
        f"</style></head><body><h1>{escape(slip.merchant.zh)}</h1><table>{table}</table>{code}</body></html>"
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


def seal() -> Seal:
    """With data as long as those of the slip above."""
    data = json.dumps({f"member_{n}": "a value of a slip" for n in range(32)}, indent=1)
    return Seal(signing.key(), datetime(2026, 11, 24, 2, 20, tzinfo=UTC), data.encode(), "江岸支付")


def run(scale: str) -> list[Figure]:
    return [*drawing(scale), *slip_serving.run(scale), *slip_many.run(scale)]


def drawing(scale: str) -> list[Figure]:
    slip, sealed = content(), seal()
    html, _missing = font.replace_missing(slip_html(slip))
    address = slip.verify.address if slip.verify else ""
    naive = naive_html(slip)
    plain = {"pdf_variant": None, "pdf_tags": False}
    works = {
        "naive": lambda: HTML(string=naive).write_pdf(),
        "whole": lambda: slip_pdf(slip, seal=sealed),
        "template": lambda: slip_html(slip),
        "layout": lambda: press().lay_out(html, qr_address=address),
        "untagged": lambda: press().lay_out(html, qr_address=address).write_pdf(**plain),
        "unsigned": lambda: slip_pdf(slip),
        "signature": lambda: sealed.key.sign(bytes(32)),
        "reportlab": lambda: slip_reportlab.draw(slip),
    }
    for work in works.values():
        work()  # warm: imports, fonts, style sheet, templates
    taken: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(TIMES[scale]):
        for name, work in works.items():
            taken[name].append(cpu(work))
    spent = {name: statistics.median(times) for name, times in taken.items()}
    share = {name: seconds / spent["naive"] for name, seconds in spent.items()}
    note = f"naive: table, {NAIVE_FONT}" if has_naive_font() else f"no {NAIVE_FONT} here for naive"
    size = len(slip_pdf(slip, seal=sealed))
    return [
        Figure("warm render, CPU against naive", share["whole"], "×", most=0.4, note=note),
        Figure("  of it the template", share["template"], "×"),
        Figure("  of it layout", share["layout"], "×"),
        Figure("  of it writing, plain", share["untagged"] - share["layout"], "×"),
        Figure("  of it tags and PDF/A-3a", share["unsigned"] - share["untagged"], "×"),
        Figure("  of it the signature", share["signature"], "×"),
        Figure("  ReportLab, the same slip", share["reportlab"], "×", note="untagged, unsigned"),
        Figure("PDF, tagged, PDF/A-3a, data, signed", size / 1000, "KB", most=50),
        Figure("naive PDF", len(HTML(string=naive).write_pdf()) / 1000, "KB"),
    ]
