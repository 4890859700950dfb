"""JSON that says one thing only: no key twice, no number rounded, nothing beyond the limit."""

import json

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.parsers import BaseParser

from portal.api.problems import DuplicateKey, NotJson, TooDeep, TooLarge


class StrictJson(BaseParser):
    """Numbers are given as the text they were written in. The body itself stays with the request
    (`body_read`), for whoever must tell two bodies apart."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None):
        body = stream.read(settings.API_BODY_LIMIT + 1)
        if len(body) > settings.API_BODY_LIMIT:
            raise TooLarge
        parser_context["request"].body_read = body
        try:
            return json.loads(
                body.decode("utf-8"),
                object_pairs_hook=_once,
                parse_int=str,
                parse_float=str,
                parse_constant=_no_number,
            )
        except RecursionError:
            raise TooDeep from None
        except ValueError:  # what is wrong is where; what stands there may be a card number
            raise NotJson from None


def _once(pairs: list[tuple[str, object]]) -> dict:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise DuplicateKey
    return found


def _no_number(name: str):
    raise NotJson(_("JSON 里没有 {name} 这个数").format(name=name))
