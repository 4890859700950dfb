"""Who acts: the same small value for a page, the API, a task and a command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.accounts.models import Membership, Organisation, User


@dataclass(frozen=True)
class Actor:
    """`id` is a pseudonym (never a name, address or number), fit for the audit trail."""

    kind: str  # consumer | merchant | institution | person | system
    id: str
    user: User | None = None
    organisation: Organisation | None = None
    role: str = ""
    on_behalf_of: str = ""

    @classmethod
    def member(cls, membership: Membership) -> Actor:
        return cls(
            kind=membership.organisation.kind,
            id=f"user:{membership.user.public_id}",
            user=membership.user,
            organisation=membership.organisation,
            role=membership.role,
            # A merchant's people act for their shop, the institution's for the institution itself.
            on_behalf_of=f"organisation:{membership.organisation.public_id}"
            if membership.organisation.kind == "merchant"
            else "",
        )

    @classmethod
    def person(cls, user: User) -> Actor:
        """Somebody with an account, before or without a membership: no rights, but a name."""
        return cls(kind="person", id=f"user:{user.public_id}", user=user)

    @classmethod
    def consumer(cls, subject: str) -> Actor:
        """A customer without an account, known only by what was proved (`case:…`, `payment:…`)."""
        return cls(kind="consumer", id=f"consumer:{subject}")

    @classmethod
    def system(cls, part: str) -> Actor:
        return cls(kind="system", id=f"system:{part}")

    def is_one_with(self, user: User, person_then: str = "") -> bool:
        """Whether both are one pair of eyes: the same account, the same human being's
        (`portal.accounts.persons`) now or when `person_then` was noted, or somebody who acts on
        its behalf."""
        return self.user is not None and (
            self.user.pk == user.pk
            or self.user.person in {user.person, person_then or user.person}
            or self.on_behalf_of == f"user:{user.public_id}"
        )

    @property
    def is_merchant(self) -> bool:
        return self.kind == "merchant"

    @property
    def is_institution(self) -> bool:
        return self.kind == "institution"

    @property
    def is_consumer(self) -> bool:
        return self.kind == "consumer"
