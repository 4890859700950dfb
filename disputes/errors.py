"""Why an action was refused. The message is for the person who tried it."""

from django.utils.translation import gettext as _


class Refused(Exception):
    """Nothing was changed."""

    def __init__(self, message: str):
        super().__init__(message)
        self.message = message


class NotAllowed(Refused):
    """This actor may not do this to this case, in whatever state."""

    def __init__(self, message: str = ""):
        super().__init__(message or _("您没有这项权限。"))


class WrongState(Refused):
    """It was possible a moment ago; the message says what happened meanwhile."""


class Invalid(Refused):
    """A value that cannot be taken. `field` names it, the message goes beside it."""

    def __init__(self, field: str, message: str):
        super().__init__(message)
        self.field = field


class AlreadyOpen(Refused):
    """The same contact has an open case of this kind about this payment: `case`."""

    def __init__(self, case):
        super().__init__(_("您已经提交过这件事，正在处理。打开它，在里面补充就行。"))
        self.case = case
