"""What may happen to people and their rights: one verb, one module.

Each function checks the permission, changes, writes the audit event and the outbox row in one
transaction, and raises an error of `portal.accounts.errors` when it changes nothing.
"""

from portal.accounts.actions.accept_invitation import accept_invitation
from portal.accounts.actions.change_password import change_password
from portal.accounts.actions.change_role import change_role
from portal.accounts.actions.end_membership import end_membership
from portal.accounts.actions.invite import invite
from portal.accounts.actions.renew_recovery_codes import renew_recovery_codes
from portal.accounts.actions.reset_second_factor import reset_second_factor
from portal.accounts.actions.same_person import join_accounts, part_accounts
from portal.accounts.actions.say_away import say_away, say_back
from portal.accounts.actions.set_up_second_factor import set_up_second_factor
from portal.accounts.actions.withdraw_invitation import withdraw_invitation

__all__ = [
    "accept_invitation",
    "change_password",
    "change_role",
    "end_membership",
    "invite",
    "join_accounts",
    "part_accounts",
    "renew_recovery_codes",
    "reset_second_factor",
    "say_away",
    "say_back",
    "set_up_second_factor",
    "withdraw_invitation",
]
