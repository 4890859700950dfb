"""Amounts as a slip prints them: digits with thousands separators, and the currency's own name."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Currency:
    """`exponent` is the number of decimals of the minor unit (ISO 4217)."""

    code: str
    zh: str
    symbol: str
    exponent: int = 2


CURRENCIES = {
    currency.code: currency
    for currency in (
        Currency("CNY", "人民币", "¥"),
        Currency("HKD", "港元", "HK$"),
        Currency("MOP", "澳门元", "MOP"),
        Currency("TWD", "新台币", "NT$"),
        Currency("USD", "美元", "US$"),
        Currency("EUR", "欧元", "€"),
        Currency("GBP", "英镑", "£"),
        Currency("JPY", "日元", "JPY", 0),
        Currency("KRW", "韩元", "KRW", 0),
        Currency("VND", "越南盾", "VND", 0),
        Currency("SGD", "新加坡元", "S$"),
        Currency("AUD", "澳大利亚元", "A$"),
        Currency("CAD", "加拿大元", "C$"),
        Currency("CHF", "瑞士法郎", "CHF"),
        Currency("THB", "泰铢", "THB"),
        Currency("MYR", "马来西亚林吉特", "RM"),
        Currency("RUB", "俄罗斯卢布", "RUB"),
        Currency("KWD", "科威特第纳尔", "KWD", 3),
        Currency("BHD", "巴林第纳尔", "BHD", 3),
        Currency("JOD", "约旦第纳尔", "JOD", 3),
        Currency("OMR", "阿曼里亚尔", "OMR", 3),
        Currency("TND", "突尼斯第纳尔", "TND", 3),
    )
}


def currency(code: str) -> Currency:
    return CURRENCIES.get(code) or Currency(code, code, code)


def digits(minor: int, unit: Currency) -> str:
    """123456 of CNY → 1,234.56."""
    sign = "-" if minor < 0 else ""
    whole, rest = divmod(abs(minor), 10**unit.exponent)
    decimals = f".{rest:0{unit.exponent}d}" if unit.exponent else ""
    return f"{sign}{whole:,}{decimals}"


def text(minor: int, code: str) -> str:
    """¥1,234.56; a code instead of a sign stands apart: JPY 1,200."""
    unit = currency(code)
    gap = " " if unit.symbol == unit.code else ""
    sign = "-" if minor < 0 else ""
    return f"{sign}{unit.symbol}{gap}{digits(abs(minor), unit)}"
