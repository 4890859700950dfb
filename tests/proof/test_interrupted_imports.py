"""Two hundred times killed, cut off and killed beside another: tests/receipts/imports, many times.

KILLS and KILLS_SEED choose how many and which.
"""

import os

os.environ.setdefault("KILLS", "200")

from tests.receipts.imports.test_interrupted import *  # noqa: F403  with that many
