"""Money as people read it. Amounts are integer minor units (fen) everywhere else."""

# Digits after the point; every currency not named here has two (ISO 4217).
EXPONENTS = {"JPY": 0, "KRW": 0, "VND": 0, "KWD": 3, "BHD": 3, "JOD": 3, "OMR": 3, "TND": 3}
SIGNS = {"CNY": "\N{YEN SIGN}"}


def sign(currency: str = "CNY") -> str:
    """What stands before the digits: ¥ without a space, or the code and a space."""
    return SIGNS.get(currency, f"{currency}\N{NO-BREAK SPACE}")


def digits(minor: int, currency: str = "CNY") -> str:
    """1234550 → 12,345.50, without the sign; a negative amount keeps its minus."""
    exponent = EXPONENTS.get(currency, 2)
    whole, part = divmod(abs(minor), 10**exponent)
    text = f"{whole:,}" + (f".{part:0{exponent}d}" if exponent else "")
    return f"-{text}" if minor < 0 else text


def text(minor: int, currency: str = "CNY") -> str:
    """1234550 → ¥12,345.50; -500 → -¥5.00."""
    amount = sign(currency) + digits(abs(minor), currency)
    return f"-{amount}" if minor < 0 else amount
