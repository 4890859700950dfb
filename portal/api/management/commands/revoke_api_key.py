from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid
from portal.api import keys
from portal.api.models import ApiKey


class Command(BaseCommand):
    help = "Revoke an API key, named by its prefix (xp_…); without one, list the keys."

    def add_arguments(self, parser):
        parser.add_argument("prefix", nargs="?")
        parser.add_argument("--reason", default="", help="kept with the key and in the trail")

    def handle(self, *, prefix, reason, **_options):
        if not prefix:
            return self._list()
        try:
            # The whole key will do: it is at hand when it was found where it should not be.
            key = keys.revoke(
                "_".join(prefix.split("_")[:2]),
                actor=Actor.system("revoke_api_key"),
                reason=reason,
            )
        except ApiKey.DoesNotExist:
            raise CommandError("There is no key of that prefix.") from None
        except Invalid as error:
            raise CommandError(error.message) from None
        self.stdout.write(f"{key.prefix} of {key.client} is revoked.")

    def _list(self) -> None:
        for key in ApiKey.objects.select_related("client").order_by("client__name", "pk"):
            state = f"revoked {_said(key.revoked_at)}" if key.revoked_at else "valid"
            used = f"last used {_said(key.last_used_at)}" if key.last_used_at else "never used"
            scopes, merchants = " ".join(key.scopes), " ".join(key.merchants) or "all merchants"
            self.stdout.write(f"{key.prefix}  {key.client}  {scopes}  {merchants}  {used}  {state}")


def _said(moment) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M}"
