"""`audit.record(...)` is the only way to write history, `audit.lock(...)` goes before it where one
transaction writes about several; `audit.outside_copy(...)` gives what leaves the house the newest
checkpoint."""

from importlib import import_module

ROOMS = {"record": "trail", "lock": "trail", "outside_copy": "outside"}


def __getattr__(name: str):
    # The models cannot load before the apps do; the door opens on first use, and stays open.
    if name not in ROOMS:
        raise AttributeError(name)
    found = getattr(import_module(f"portal.audit.{ROOMS[name]}"), name)
    return globals().setdefault(name, found)
