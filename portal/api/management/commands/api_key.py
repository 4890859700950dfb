"""A new key for a program. Its text is printed once and kept nowhere."""

import re

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.actor import Actor
from portal.api import keys
from portal.api.models import Scope


class Command(BaseCommand):
    help = (
        "Issue an API key. Standard output is the key alone; it is not kept and cannot be shown "
        "again. Keys issued earlier stay valid until revoke_api_key."
    )

    def add_arguments(self, parser):
        parser.add_argument("client", help="name of the program: a-z, 0-9, hyphen")
        parser.add_argument("--scope", action="append", required=True, choices=list(Scope.values))
        parser.add_argument(
            "--merchant",
            action="append",
            default=[],
            metavar="NO",
            help="a merchant number that it may speak for; several times for several; without: all",
        )

    def handle(self, *, client, scope, merchant, **_options):
        if not re.fullmatch(r"[a-z0-9-]{1,40}", client):
            raise CommandError("The client's name is 1 to 40 of a-z, 0-9 and hyphen.")
        if wrong := [no for no in merchant if not re.fullmatch(r"[0-9A-Za-z]{1,15}", no)]:
            raise CommandError(f"No merchant number: {', '.join(wrong)}")
        key, text = keys.issue(
            client, scopes=scope, merchants=merchant, actor=Actor.system("api_key")
        )
        self.stdout.write(text)
        self.stderr.write(f"Revoke it with: manage.py revoke_api_key {key.prefix}")
