"""Files of each shipped format, as its senders write them; what is in them is made up."""

from collections.abc import Callable
from dataclasses import dataclass


def _titles(text: str) -> list[str]:
    return text.split(",")


def _bytes(text: str, encoding: str) -> bytes:
    """Also of a text that is none."""
    return text.encode(encoding, "surrogatepass" if encoding == "utf-8" else "replace")


def _fen(text: str) -> int:
    """Of an amount in yuan; none of one that a test broke."""
    is_amount = text.isascii() and text.replace(".", "", 1).lstrip("-").isdigit()
    return round(float(text) * 100) if is_amount and len(text) < 16 else 0


WECHAT_HEADER = _titles(
    "交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,"
    "应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,"
    "手续费,费率,订单金额,申请退款金额,费率备注"
)
OLD_TITLES = {
    "特约商户号": "子商户号",
    "应结订单金额": "总金额",
    "代金券金额": "企业红包金额",
    "充值券退款金额": "企业红包退款金额",
}
WECHAT_PAYMENT = {
    "交易时间": "2026-11-20 12:03:21",
    "公众账号ID": "wx0000000000000001",
    "商户号": "1900000001",
    "特约商户号": "1900000002",
    "设备号": "cashier-counter-2",
    "微信订单号": "4200002026112000000000004821",
    "商户订单号": "XP-20261120-77",
    "用户标识": "oPayer-who-must-not-stay",
    "交易类型": "MICROPAY",
    "交易状态": "SUCCESS",
    "付款银行": "OTHERS",
    "货币种类": "CNY",
    "应结订单金额": "36.00",
    "代金券金额": "2.50",
    "微信退款单号": "0",
    "商户退款单号": "0",
    "退款金额": "0.00",
    "充值券退款金额": "0.00",
    "商品名称": "牛肉面 两份",
    "手续费": "0.22000",
    "费率": "0.60%",
    "订单金额": "38.50",
    "申请退款金额": "0.00",
}
WECHAT_REFUND = WECHAT_PAYMENT | {
    "交易时间": "2026-11-20 18:40:00",
    "交易状态": "REFUND",
    "应结订单金额": "0.00",
    "代金券金额": "0.00",
    "微信退款单号": "50000000012026112000000000001",
    "商户退款单号": "XP-R-1",
    "退款金额": "10.00",
    "退款类型": "ORIGINAL",
    "退款状态": "PROCESSING",
    "手续费": "-0.06000",
    "订单金额": "0.00",
    "申请退款金额": "12.50",
}


def _ticked(values) -> str:
    return ",".join(f"`{value}" for value in values)


def wechat(rows: list[dict], totals: str = "", header: list[str] = WECHAT_HEADER) -> bytes:
    """A bill of these rows with the totals that are true of them, or with those given."""
    lines = [",".join(header), *(_ticked(row.get(title, "") for title in header) for row in rows)]

    def total(title: str) -> str:
        fen = sum(_fen(row.get(title, "")) for row in rows)
        return f"{fen // 100}.{fen % 100:02}"

    sums = ["应结订单金额", "退款金额", "充值券退款金额", "订单金额", "申请退款金额"]
    values = [str(len(rows)), *map(total, sums[:3]), "0.00000", *map(total, sums[3:])]
    titles = "总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,"
    titles += "订单总金额,申请退款总金额"
    text = "\r\n".join([*lines, titles, totals or _ticked(values)])
    return _bytes(f"\ufeff{text}\r\n", "utf-8")


def wechat_of_old(rows: list[dict]) -> bytes:
    """As it was until 2018-11: other titles, three columns fewer, five totals."""
    header = [OLD_TITLES.get(title, title) for title in WECHAT_HEADER[:-3]]
    lines = [",".join(header)]
    for row in rows:
        old = row | {"应结订单金额": row["订单金额"]}
        lines.append(_ticked(old.get(title, "") for title in WECHAT_HEADER[:-3]))
    taken = sum(_fen(row["订单金额"]) for row in rows) / 100
    back = sum(_fen(row["退款金额"]) for row in rows) / 100
    lines += [
        "总交易单数,总交易额,总退款金额,总企业红包退款金额,手续费总金额",
        f"`{len(rows)},`{taken:.2f},`{back:.2f},`0.00,`0.00000",
    ]
    return ("\n".join(lines) + "\n").encode()


ALLINPAY_HEADER = _titles(
    "商户号,门店名称,终端号,交易时间,交易类型,交易批次号,凭证号,参考号,卡号,卡类别,发卡行机构代码,发卡行名称,交易金额,"
    "手续费,交易日期,交易单号,订单号,商户备注,对接应用号,原始金额,结算金额,产品类型,分期贴息,交易完成时间,持卡人姓名,"
    "持卡人身份证,分期数,优惠金额,实付金额,原交易单,渠道交易类型,出金方账户名称,门店编号,交易完成日期"
)
ALLINPAY_SALE = {
    "商户号": "821420158120077",
    "门店名称": "小雨文具店",
    "终端号": "00000007",
    "交易时间": "14:05:33",
    "交易类型": "消费",
    "交易批次号": "000318",
    "凭证号": "000001",
    "参考号": "112014053301",
    "卡号": "622848******7712",
    "卡类别": "借记卡",
    "发卡行机构代码": "01030000",
    "发卡行名称": "江南银行",
    "交易金额": "386.50",
    "手续费": "1.47",
    "交易日期": "2026-11-20",
    "交易单号": "1120140533000001",
    "商户备注": "桌号 5",
    "持卡人姓名": "不该留下",
    "分期数": "0",
    "实付金额": "386.50",
    "交易完成日期": "2026-11-20",
}
ALLINPAY_REFUND = ALLINPAY_SALE | {
    "交易类型": "退货",
    "交易时间": "16:00:00",
    "凭证号": "000009",
    "参考号": "112016000009",
    "交易金额": "-86.50",
    "交易单号": "1120160000000009",
    "原交易单": "1120140533000001",
}


def allinpay(rows: list[dict], encoding: str = "gb18030") -> bytes:
    lines = [",".join(ALLINPAY_HEADER)]
    lines += [",".join(row.get(title, "") for title in ALLINPAY_HEADER) for row in rows]
    return _bytes("\r\n".join(lines) + "\r\n", encoding)


# (field, width), in the order of the line.
FIXED = [
    ("mark", 1), ("kind", 2), ("merchant_no", 15), ("merchant_name", 40), ("terminal_no", 8),
    ("date", 8), ("time", 6), ("amount", 12), ("card", 19), ("batch_no", 6), ("voucher_no", 6),
    ("rrn", 12), ("auth_code", 6), ("settled_on", 8), ("original_batch_no", 6),
    ("original_voucher_no", 6), ("remarks", 39),
]  # fmt: skip
FIXED_SALE = {
    "mark": "D",
    "kind": "01",
    "merchant_no": "898521058120001",
    "merchant_name": "半山听雨茶餐厅",
    "terminal_no": "65301842",
    "date": "20261120",
    "time": "140533",
    "amount": "000000038650",
    "card": "622848******7712",
    "batch_no": "000318",
    "voucher_no": "000001",
    "rrn": "112014053301",
    "auth_code": "004821",
    "settled_on": "20261121",
    "remarks": "桌号五",
}
FIXED_REFUND = FIXED_SALE | {
    "kind": "04",
    "time": "160000",
    "amount": "000000008650",
    "voucher_no": "000009",
    "rrn": "112016000009",
    "original_batch_no": "000318",
    "original_voucher_no": "000001",
}


def fixed_line(row: dict, encoding: str = "gb18030") -> bytes:
    return b"".join(
        _bytes(row.get(name, ""), encoding)[:width].ljust(width) for name, width in FIXED
    )


def fixed(rows: list[dict], trailer: str = "") -> bytes:
    def total(*kinds: str) -> int:
        return sum(_fen(row["amount"]) // 100 for row in rows if row["kind"] in kinds)

    true = f"T{len(rows):08}{total('01', '03'):015}{total('04', '31'):015}"
    lines = [b"H20261121".ljust(200), *map(fixed_line, rows), (trailer or true).encode().ljust(200)]
    return b"\r\n".join(lines) + b"\r\n"


@dataclass(frozen=True)
class Sample:
    """One payment and one refund of it in a format, and how to write rows of that format."""

    format: str
    payment: dict
    refund: dict
    amount: int  # fen
    refunded: int
    tail: str
    write: Callable[[list[dict]], bytes]
    card: str = ""  # where a row has a card number
    amount_field: str = "amount"
    number_fields: tuple[str, ...] = ("voucher_no", "rrn")  # what tells two payments apart

    def numbered(self, number: int) -> dict:
        """Another payment of the same kind."""
        return self.payment | dict.fromkeys(self.number_fields, f"{number:06}")


SAMPLES = [
    Sample(
        "wechat-tradebill", WECHAT_PAYMENT, WECHAT_REFUND, 3850, 1250, "4821", wechat,
        amount_field="订单金额", number_fields=("微信订单号",),
    ),
    Sample(
        "allinpay", ALLINPAY_SALE, ALLINPAY_REFUND, 38650, 8650, "7712", allinpay,
        card="卡号", amount_field="交易金额", number_fields=("交易单号", "凭证号", "参考号"),
    ),
    Sample(
        "fixed-width-example", FIXED_SALE, FIXED_REFUND, 38650, 8650, "7712", fixed, card="card"
    ),
]  # fmt: skip
