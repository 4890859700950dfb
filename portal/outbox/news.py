"""News between floors: a lower floor posts facts, upper floors subscribe in AppConfig.ready.

A subscriber is called at least once with (effect_key, **facts) and must make its effect
idempotent under that key.
"""

from collections import defaultdict
from collections.abc import Callable

_subscribers: dict[str, list[Callable]] = defaultdict(list)


def subscribe(topic: str, subscriber: Callable) -> None:
    if subscriber not in _subscribers[topic]:
        _subscribers[topic].append(subscriber)


def hand_out(effect_key: str, topic: str, facts: dict) -> None:
    for subscriber in _subscribers[topic]:
        subscriber(effect_key, **facts)
