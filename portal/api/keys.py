"""Keys of programs: issued, found, revoked. The text of a key is seen once, when it is issued."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from portal import audit
from portal.accounts.actor import Actor
from portal.api.models import ApiClient, ApiKey
from portal.gate.tokens import new_token, token_hash

NOTE_EVERY = timedelta(minutes=1)  # last_used_at is no write for every request


@transaction.atomic
def issue(
    client_name: str, *, scopes: Iterable[str], merchants: Iterable[str] = (), actor: Actor
) -> tuple[ApiKey, str]:
    """A new key of this client, which is made if there is none of the name; and its text."""
    client, _created = ApiClient.objects.get_or_create(name=client_name)
    prefix = f"xp_{secrets.token_hex(4)}"
    text = f"{prefix}_{new_token()}"
    key = ApiKey.objects.create(
        client=client,
        prefix=prefix,
        hash=token_hash(text),
        scopes=sorted(set(scopes)),
        merchants=sorted(set(merchants)),
    )
    audit.record(
        f"api_key:{prefix}",
        "api_key_issued",
        actor=actor,
        after={"client": client.name, "scopes": key.scopes, "merchants": key.merchants},
    )
    return key, text


@transaction.atomic
def revoke(prefix: str, *, actor: Actor) -> ApiKey:
    """Whoever holds it is refused from the next request on. Raises ApiKey.DoesNotExist."""
    key = ApiKey.objects.select_for_update().get(prefix=prefix)
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
        audit.record(f"api_key:{prefix}", "api_key_revoked", actor=actor)
    return key


def find(text: str) -> ApiKey | None:
    """The valid key of this text."""
    return (
        ApiKey.objects.select_related("client")
        .filter(hash=token_hash(text), revoked_at__isnull=True)
        .first()
    )


def is_still_valid(key: ApiKey) -> bool:
    """Asked again in the transaction of the work; it notes the use."""
    now = timezone.now()
    keys = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True)
    stale = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - NOTE_EVERY)
    return bool(keys.filter(stale).update(last_used_at=now)) or keys.exists()
