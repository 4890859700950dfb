"""Why something about people was not done."""


class Refused(Exception):
    """The parent of all of them; nothing was changed."""


class NotAllowed(Refused):
    """The actor may not do this to this person or organisation."""


class LastAdministrator(NotAllowed):
    """Somebody must be left who can invite and give roles."""


class Invalid(Refused):
    """A value cannot stand; `message` is for the person who typed it, beside `field`."""

    def __init__(self, field: str, message: str):
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message
