"""`audit.record(...)` is the only way to write history."""


def __getattr__(name: str):
    # The models cannot load before the apps do; the door opens on first use.
    if name == "record":
        from portal.audit import trail

        return trail.record
    raise AttributeError(name)
