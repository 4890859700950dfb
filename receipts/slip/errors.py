"""Why there is no slip to hand over."""


class SlipNotReady(Exception):
    """The slip could not be made or read now; the payment's facts are not touched by that."""


class SlipFileLost(Exception):
    """The stored file of an issue is gone, or is not the file that was issued."""
