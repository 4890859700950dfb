"""PDFs are opened, relieved of everything that acts, and written anew."""

import io

import pikepdf
from django.utils.translation import gettext as _
from pikepdf.sanitize import Sanitizer
from pikepdf.settings import set_qpdf_limits

from portal.uploads.refused import Refused

MOST_PAGES = 200
MOST_OBJECTS = 100_000

# qpdf has no ceiling of its own for what a compressed stream may swell to. The limits hold for
# the whole process, so they are set once, here, before any document is opened.
set_qpdf_limits(
    flate_max_memory=64 * 1024 * 1024,
    run_length_max_memory=64 * 1024 * 1024,
    png_max_memory=64 * 1024 * 1024,
    tiff_max_memory=64 * 1024 * 1024,
    dct_max_memory=64 * 1024 * 1024,
    parser_max_container_size=200_000,
    doc_max_warnings=200,
)

_ACTING_KEYS = (
    "/JS",
    "/JavaScript",
    "/EmbeddedFile",
    "/EmbeddedFiles",
    "/XFA",
    "/RichMediaContent",
)
_ACTING_KINDS = ("/JavaScript", "/Launch", "/SubmitForm", "/ImportData", "/GoToR", "/GoToE")


def clean(data: bytes, name: str) -> bytes:
    """The document without scripts, actions that reach outside and embedded files.

    Raises Refused for one that is encrypted, broken, or still acts after cleaning.
    """
    try:
        with pikepdf.open(io.BytesIO(data)) as document:
            if document.is_encrypted:
                raise _locked(name)
            return _cleaned(document, name)
    except pikepdf.PasswordError as locked:
        raise _locked(name) from locked
    except (pikepdf.PikepdfError, ValueError, TypeError, RuntimeError, MemoryError) as broken:
        raise Refused(
            _("“%(name)s”打不开，可能没有传完整。请重新导出一次，或截屏后上传。") % {"name": name}
        ) from broken


def _cleaned(document: pikepdf.Pdf, name: str) -> bytes:
    if len(document.objects) > MOST_OBJECTS or len(document.pages) > MOST_PAGES:
        raise Refused(_("“%(name)s”页数太多。请只上传有关的几页，或截屏后上传。") % {"name": name})
    Sanitizer().remove_javascript().remove_attachments().remove_external_access().remove_multimedia().remove_collection().apply(
        document
    )
    form = document.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form:
        del form["/XFA"]
    document.remove_unreferenced_resources()
    written = io.BytesIO()
    document.save(written)
    # Read again what will be kept: unreachable objects are gone from it, and what still acts
    # sits in a place the cleaning does not know.
    with pikepdf.open(written) as kept:
        if any(_acts(thing) for thing in kept.objects):
            raise Refused(
                _("“%(name)s”里带有脚本或附件，不能收。请打印成新的 PDF，或截屏后上传。")
                % {"name": name}
            )
    return written.getvalue()


def _acts(thing, depth: int = 0) -> bool:
    if depth > 20:
        return True
    if isinstance(thing, pikepdf.Array):
        return any(_acts(item, depth + 1) for item in thing if _is_inline(item))
    if not isinstance(thing, (pikepdf.Dictionary, pikepdf.Stream)):
        return False
    if any(key in thing for key in _ACTING_KEYS) or thing.get("/Type") == "/EmbeddedFile":
        return True
    if isinstance(thing.get("/S"), pikepdf.Name) and str(thing["/S"]) in _ACTING_KINDS:
        return True
    return any(_acts(thing[key], depth + 1) for key in list(thing.keys()) if _is_inline(thing[key]))


def _is_inline(item) -> bool:
    """Indirect objects are visited by themselves; following them again could go round."""
    return isinstance(item, (pikepdf.Array, pikepdf.Dictionary)) and not item.is_indirect


def _locked(name: str) -> Refused:
    return Refused(
        _("“%(name)s”加了密码，我们打不开。请去掉密码再上传，或截屏后上传。") % {"name": name}
    )
