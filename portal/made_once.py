"""Files that an installation makes for itself once, such as the keys that nobody gave it."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path


def made_once(path: Path, content: Callable[[], bytes]) -> Path:
    """`path`, made with `content()` where it is not there yet: whole or not at all, readable by its
    owner alone. Of several processes at the same time one makes it, and all get the same file.

    Raises OSError where the folder cannot be written.
    """
    if path.exists():
        return path
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:  # 0600 by itself
        made = Path(file.name)
        try:
            file.write(content())
            file.flush()
            os.fsync(file.fileno())
            os.link(made, path)  # fails where it is there: the first one stays
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path
