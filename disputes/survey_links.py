"""The link to the two questions after closing, and to nothing else of the case."""

from datetime import timedelta

from django.conf import settings
from django.urls import reverse

from portal.gate import links

PURPOSE = "survey"
LIFETIME = timedelta(days=30)


def address(case) -> str:
    """A new one, for the mail that tells the outcome."""
    token = links.issue(PURPOSE, case.number, lifetime=LIFETIME)
    return settings.PUBLIC_URL + reverse("disputes:survey", args=[token])
