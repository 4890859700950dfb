"""Card numbers as a card could bear them: made at run time, written down nowhere."""


def with_check_digit(start: str) -> str:
    """`start` and the digit that checks it (ISO/IEC 7812-1, annex B)."""
    digits = [int(digit) for digit in start + "0"]
    total = sum(digits[-1::-2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return start + str(-total % 10)


def a_card_number(length: int = 16, start: str = "62") -> str:
    return with_check_digit((start + "17" * 9)[: length - 1])
