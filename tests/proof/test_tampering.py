"""Ten thousand tamperings found, two thousand erasures without an alarm: tests/portal/audit, many.

TAMPERINGS, ERASURES and TAMPERINGS_SEED choose how many and which.
"""

import os

os.environ.setdefault("TAMPERINGS", "10000")
os.environ.setdefault("ERASURES", "2000")

from tests.portal.audit.test_tampering import *  # noqa: F403  with that many
