"""What the floors above know of a payment and show beside it (its cases, for one).

This floor may not look up, so the floors above hand it a function in `AppConfig.ready`; it gets
the payment and who looks, and answers with the block to show, or None. What it may show that
person is its own duty: it starts from `visible_to(actor)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from portal.accounts.actor import Actor
from receipts.models import Payment


@dataclass(frozen=True)
class Block:
    template: str
    context: dict[str, Any] = field(default_factory=dict)


Teller = Callable[[Payment, Actor], Block | None]
_tellers: list[Teller] = []


def register(teller: Teller) -> None:
    if teller not in _tellers:
        _tellers.append(teller)


def blocks(payment: Payment, actor: Actor) -> list[Block]:
    told = (teller(payment, actor) for teller in _tellers)
    return [block for block in told if block is not None]
