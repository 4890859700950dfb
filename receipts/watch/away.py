"""The place of the files cannot be reached: nothing is lost, the next look tries again."""


class Away(Exception):
    """The text says what failed, for operations."""
