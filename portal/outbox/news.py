"""News between floors: a lower floor posts facts, upper floors subscribe in AppConfig.ready.

A subscriber is called at least once with (effect_key, **facts) and must make its effect
idempotent under that key.
"""

from collections import defaultdict
from collections.abc import Callable

from django.db import transaction

_subscribers: dict[str, list[Callable]] = defaultdict(list)


def subscribe(topic: str, subscriber: Callable) -> None:
    if subscriber not in _subscribers[topic]:
        _subscribers[topic].append(subscriber)


def hand_out(effect_key: str, topic: str, facts: dict) -> list[Exception]:
    """Call every subscriber; the errors of those that failed. What the others did stays, so that
    one floor's fault does not keep the news from another."""
    errors: list[Exception] = []
    for subscriber in _subscribers[topic]:
        try:
            with transaction.atomic():
                subscriber(effect_key, **facts)
        except Exception as error:
            errors.append(error)
    return errors
