"""The name a person sees beside a file. It is never used as a path: see `models.stored_as`."""

import unicodedata

from portal import card_numbers

LONGEST = 80  # characters, the ending included

_ENDINGS = {
    "image/jpeg": (".jpg", (".jpg", ".jpeg", ".jpe")),
    "image/png": (".png", (".png",)),
    "application/pdf": (".pdf", (".pdf",)),
}
_PICTURE_ENDINGS = (".jpg", ".jpeg", ".jpe", ".png", ".webp", ".gif")


def clean(name: str, content_type: str) -> str:
    """`name` without folders, control characters or direction overrides, and with the ending
    of what the file really is.
    """
    ending, own = _ENDINGS[content_type]
    stem = plain(name)
    lowered = stem.lower()
    for known in (*own, *_PICTURE_ENDINGS):
        if lowered.endswith(known):
            stem = stem[: -len(known)]
            break
    stem = stem[: LONGEST - len(ending)].rstrip(". ") or "file"
    return stem + ending


def plain(name: str) -> str:
    """The last part of a path, of one line, with nothing invisible in it."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    last = card_numbers.masked(unicodedata.normalize("NFC", last), in_files=True)
    # C* is control, format (direction overrides), surrogate, private use; Z* is every space.
    visible = "".join(
        " " if unicodedata.category(c)[0] == "Z" else c
        for c in last
        if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*'
    )
    return " ".join(visible.split()).lstrip(". ")[:200]
