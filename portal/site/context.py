"""What every page may say without asking: who offers the portal, the other language, and for
people who signed in their bar. Nothing here reads the database before a template asks for it.
"""

from django.conf import settings
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from portal.accounts import institution
from portal.site import navigation

# code → how it calls itself, and what `lang` attributes say
LANGUAGE_NAMES = {"zh-hans": ("中文", "zh-Hans"), "en": ("English", "en")}


def _other_language() -> dict:
    other = next(code for code, _name in settings.LANGUAGES if code != get_language())
    name, lang = LANGUAGE_NAMES[other]
    return {"code": other, "name": name, "lang": lang}


def portal(request) -> dict:
    return {
        "institution_name": SimpleLazyObject(institution.name),
        "other_language": _other_language(),
        # Where the other language leads back to. A page that answers a form at an address that
        # cannot be asked for names another, and in `carried` what is to stand in its fields.
        "here": request.get_full_path(),
        "staff_bar": SimpleLazyObject(lambda: navigation.bar(request)),
    }
