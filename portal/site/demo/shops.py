"""The sample acquirer's merchants: forty shops of different trades, none of which exists."""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# How a trade's day runs: relative weight of each hour, 0 to 23.
MEALS = (0, 0, 0, 0, 0, 0, 0, 2, 3, 2, 2, 12, 16, 8, 3, 2, 3, 10, 16, 14, 8, 4, 2, 0)
BREAKFAST = (0, 0, 0, 0, 0, 2, 10, 18, 16, 9, 6, 6, 5, 3, 3, 3, 3, 3, 2, 2, 1, 0, 0, 0)
SHOP = (0, 0, 0, 0, 0, 0, 0, 0, 1, 4, 7, 8, 7, 7, 8, 9, 9, 8, 8, 9, 8, 4, 1, 0)
NIGHT = (3, 1, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 5, 5, 6, 9, 13, 15, 13, 9, 6)
ROUND = (1, 1, 1, 1, 1, 2, 3, 5, 6, 6, 6, 6, 6, 6, 6, 6, 6, 7, 7, 6, 5, 4, 3, 2)
DESK = (1, 0, 0, 0, 0, 0, 2, 4, 5, 4, 4, 5, 6, 9, 10, 9, 7, 6, 6, 6, 5, 4, 3, 2)


@dataclass(frozen=True)
class Trade:
    """`prices` are what stands on its price list, in fen; `spread` is how far a sum of several
    articles goes beyond them; `weekend` multiplies a Saturday's and a Sunday's custom.
    """

    code: str  # MCC, ISO 18245
    hours: tuple[int, ...]
    prices: tuple[int, ...]
    spread: float
    weekend: float
    cards: float  # share paid by card; the rest by wallet code


TRADES = {
    "restaurant": Trade("5812", MEALS, (3800, 5800, 8800, 12800, 16800), 1.6, 1.5, 0.45),
    "noodles": Trade("5814", BREAKFAST, (800, 1000, 1200, 1500, 1800), 0.15, 1.1, 0.10),
    "bakery": Trade("5462", BREAKFAST, (680, 900, 1200, 1600, 2800), 0.6, 1.3, 0.20),
    "tea": Trade("5499", SHOP, (2800, 4600, 6800, 12800, 26000), 1.0, 1.2, 0.50),
    "fruit": Trade("5411", SHOP, (990, 1500, 1990, 2500, 3000), 0.9, 1.2, 0.15),
    "supermarket": Trade("5411", SHOP, (500, 1000, 1290, 2000, 3500), 2.2, 1.3, 0.35),
    "pharmacy": Trade("5912", SHOP, (1250, 1980, 2800, 4500, 8800), 0.8, 0.9, 0.40),
    "hardware": Trade("5251", SHOP, (600, 1500, 3200, 8800, 26000), 2.0, 0.8, 0.40),
    "clothes": Trade("5641", SHOP, (5900, 9900, 12900, 19900, 29900), 0.7, 1.7, 0.60),
    "optician": Trade("8043", SHOP, (19900, 39800, 59900, 98000), 0.4, 1.3, 0.75),
    "bicycles": Trade("5940", SHOP, (2500, 8800, 39900, 129900, 235000), 0.5, 1.4, 0.70),
    "parking": Trade("7523", ROUND, (500, 500, 1000, 1000, 1500, 2000), 0.0, 1.3, 0.05),
    "hotel": Trade("7011", DESK, (16800, 19900, 25800, 32000), 1.0, 1.4, 0.85),
    "photo": Trade("7221", SHOP, (2000, 3500, 19900, 52000), 0.3, 1.5, 0.50),
    "pets": Trade("0742", SHOP, (3500, 8000, 16500, 33000), 0.8, 1.4, 0.45),
    "books": Trade("5942", SHOP, (1280, 2980, 4500, 6800), 1.1, 1.5, 0.40),
    "cinema": Trade("7832", NIGHT, (3500, 3990, 4500, 7000, 9000), 0.1, 2.0, 0.25),
    "bar": Trade("5813", NIGHT, (3800, 4800, 6800, 18800), 1.2, 1.8, 0.55),
    "hairdresser": Trade("7230", SHOP, (3800, 6800, 12800, 38000), 0.3, 1.5, 0.40),
    "gym": Trade("7997", NIGHT, (3900, 29900, 69900, 198000), 0.1, 1.1, 0.70),
}


@dataclass(frozen=True)
class Shop:
    """One merchant number. Shops of the same `house` belong to one organisation; `house` empty:
    nobody has signed up for it. `custom` is its size relative to the others.
    """

    name: str
    name_en: str
    trade: str
    city: str
    region: str
    house: str
    terminals: int
    custom: float


@cache
def shops() -> tuple[Shop, ...]:
    """The forty rows of shops.csv, 120 terminals in all."""
    with (Path(__file__).parent / "shops.csv").open(encoding="utf-8") as file:
        return tuple(
            Shop(
                name=row["name"],
                name_en=row["name_en"],
                trade=row["trade"],
                city=row["city"],
                region=row["region"],
                house=row["house"],
                terminals=int(row["terminals"]),
                custom=float(row["custom"]),
            )
            for row in csv.DictReader(file)
        )
