"""The product's own, with the empty page among the addresses."""

from portal.settings import *  # noqa: F403  as Django's settings are taken over

ROOT_URLCONF = "bench.empty_page.urls"
