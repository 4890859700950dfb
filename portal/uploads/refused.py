"""Why a file was not taken, in words for the person who sent it."""


class Refused(Exception):
    """`message` is translated, names the file and says what to do instead."""

    def __init__(self, message: str):
        super().__init__(message)
        self.message = str(message)
