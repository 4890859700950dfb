"""A new key for a program. Its text is printed once and kept nowhere."""

from django.core.management.base import BaseCommand, CommandError

from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid
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
        try:
            key, text = keys.issue(
                client, scopes=scope, merchants=merchant, actor=Actor.system("api_key")
            )
        except Invalid as error:
            raise CommandError(f"{error.field}: {error.message}") from None
        self.stdout.write(text)
        self.stderr.write(f"Revoke it with: manage.py revoke_api_key {key.prefix}")
