"""Ways for a short message to leave: a class with `send(number, body, *, idempotency_key)`."""

import sys


class ConsoleGateway:
    """The embedded default: writes the message where the operator sees it."""

    def send(self, number: str, body: str, *, idempotency_key: str) -> None:
        sys.stdout.write(f"\n--- SMS → {number} [{idempotency_key}]\n{body}\n---\n")
        sys.stdout.flush()
