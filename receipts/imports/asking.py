"""Which reversals wait, asked name by name."""

from receipts.imports.waiting import WaitingReversals
from receipts.models import PutAside, WaitingKey


class AskedWaiting(WaitingReversals):
    """For a thousand payments now and then it is cheaper to ask which names are waited for than
    to read them all."""

    def refresh(self) -> None:
        first = WaitingKey.objects.values_list("key", flat=True)[:1]
        self.keys = set(first)

    def answered_by(self, keys) -> list[PutAside]:
        asked = list(keys)
        self.keys = {
            key
            for start in range(0, len(asked), 500)
            for key in WaitingKey.objects.filter(key__in=asked[start : start + 500]).values_list(
                "key", flat=True
            )
        }
        return super().answered_by(asked)
