"""Says which system libraries WeasyPrint would not find; exits 1 when there are any."""

import ctypes.util
import sys

NAMES = ("gobject-2.0", "pango-1.0", "pangoft2-1.0", "harfbuzz", "harfbuzz-subset", "fontconfig")
# The names under which the loader knows them, by platform, as WeasyPrint tries them.
PATTERNS = ("lib{0}.so.0", "lib{0}.so.1", "lib{0}.0.dylib", "lib{0}.1.dylib", "lib{0}.dylib")


def is_there(name: str) -> bool:
    for pattern in PATTERNS:
        try:
            ctypes.CDLL(pattern.format(name))
        except OSError:
            continue
        return True
    return ctypes.util.find_library(name) is not None


missing = [name for name in NAMES if not is_there(name)]
if missing:
    sys.exit("missing: " + " ".join(missing))
