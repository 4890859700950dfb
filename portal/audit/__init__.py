"""`audit.record(...)` is the only way to write history, `audit.lock(...)` goes before it where one
transaction writes about several; `audit.outside_copy(...)` gives what leaves the house the newest
checkpoint."""


def __getattr__(name: str):
    # The models cannot load before the apps do; the door opens on first use.
    if name in {"record", "lock"}:
        from portal.audit import trail

        return getattr(trail, name)
    if name == "outside_copy":
        from portal.audit import outside

        return outside.outside_copy
    raise AttributeError(name)
