"""What every page may say without asking: who offers the portal."""

from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language

from portal.accounts.models import Organisation


def _institution_name() -> str:
    institution = Organisation.objects.filter(kind=Organisation.Kind.INSTITUTION).first()
    if institution is None:
        return ""
    return (get_language() == "en" and institution.name_en) or institution.name


def portal(request) -> dict:
    return {"institution_name": SimpleLazyObject(_institution_name)}
