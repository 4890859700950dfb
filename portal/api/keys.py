"""Keys of programs: issued, found, revoked. The text of a key is seen once, when it is issued."""

import re
import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal import audit
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid, NotAllowed
from portal.accounts.models import Role
from portal.api.models import ApiClient, ApiKey, Scope
from portal.gate.tokens import new_token, token_hash

MOST_MERCHANTS = 1_000
LONGEST_REASON = 200
_MERCHANT_NO = re.compile(r"[0-9A-Za-z]{1,15}")
NOTE_EVERY = timedelta(minutes=1)  # last_used_at is no write for every request


def may_manage(actor: Actor | None) -> bool:
    """Who answers for people, who answers for what comes in, and commands of the machine."""
    if not actor:
        return False
    return actor.kind == "system" or actor.role in (Role.ADMINISTRATOR, Role.OPERATIONS)


@transaction.atomic
def issue(
    client_name: str, *, scopes: Iterable[str], merchants: Iterable[str] = (), actor: Actor
) -> tuple[ApiKey, str]:
    """A new key of this client, which is made if there is none of the name; and its text.

    Raises NotAllowed, Invalid("client" | "scopes" | "merchants").
    """
    if not may_manage(actor):
        raise NotAllowed(f"{actor.role} issues no key")
    scopes, merchants = sorted(set(scopes)), sorted(set(merchants))
    _check(client_name, scopes, merchants)
    client, _is_new = ApiClient.objects.get_or_create(name=client_name)
    prefix = f"xp_{secrets.token_hex(4)}"
    text = f"{prefix}_{new_token()}"
    key = ApiKey.objects.create(
        client=client,
        prefix=prefix,
        hash=token_hash(text),
        scopes=scopes,
        merchants=merchants,
        made_by=actor.user,
    )
    audit.record(
        f"api_key:{prefix}",
        "api_key_issued",
        actor=actor,
        after={"client": client.name, "scopes": key.scopes, "merchants": key.merchants},
    )
    return key, text


def _check(client_name: str, scopes: list[str], merchants: list[str]) -> None:
    if not re.fullmatch(r"[a-z0-9-]{1,40}", client_name):
        raise Invalid("client", _("名称用小写字母、数字和连字符，最多 40 个字符"))
    if not scopes or set(scopes) - set(Scope.values):
        raise Invalid("scopes", _("请选它可以做什么"))
    if wrong := [number for number in merchants if not _MERCHANT_NO.fullmatch(number)]:
        raise Invalid("merchants", _("不是商户编号：{numbers}").format(numbers=_("、").join(wrong)))
    if len(merchants) > MOST_MERCHANTS:
        raise Invalid("merchants", _("最多 {most} 个商户编号").format(most=MOST_MERCHANTS))


@transaction.atomic
def revoke(prefix: str, *, actor: Actor, reason: str = "") -> ApiKey:
    """Whoever holds it is refused from the next request on. People say why.

    Raises ApiKey.DoesNotExist, NotAllowed, Invalid("reason").
    """
    if not may_manage(actor):
        raise NotAllowed(f"{actor.role} revokes no key")
    reason = reason.strip()
    if actor.user is not None and not reason:
        raise Invalid("reason", _("请写为什么吊销"))
    if len(reason) > LONGEST_REASON:
        raise Invalid("reason", _("最多 {most} 个字").format(most=LONGEST_REASON))
    key = ApiKey.objects.select_for_update().get(prefix=prefix)
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.revoked_because = reason
        key.save(update_fields=["revoked_at", "revoked_because"])
        audit.record(f"api_key:{prefix}", "api_key_revoked", actor=actor, reason=reason)
    return key


def find(text: str) -> ApiKey | None:
    """The valid key of this text."""
    return (
        ApiKey.objects.select_related("client")
        .filter(hash=token_hash(text), revoked_at__isnull=True)
        .first()
    )


def is_still_valid(key: ApiKey) -> bool:
    """To be asked last in the transaction of the work; it notes the use.

    A key revoked while the work was done is seen here. From here until the commit its row is
    locked, so a revocation that is not seen is one that comes after the work.
    """
    mine = ApiKey.objects.filter(pk=key.pk, revoked_at__isnull=True)
    valid = mine.select_for_update(no_key=True).first()
    if valid is None:
        return False
    now = timezone.now()
    if valid.last_used_at is None or valid.last_used_at < now - NOTE_EVERY:
        mine.update(last_used_at=now)
    return True
