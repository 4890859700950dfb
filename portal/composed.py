"""What tells a database's backend that a statement will be asked in the same words again."""

import re

PLACE = re.compile(r"(?<!%)%s")  # where a value comes


class Composed(str):
    """A statement composed once a process, its values beside it: worth preparing."""

    __slots__ = ()
