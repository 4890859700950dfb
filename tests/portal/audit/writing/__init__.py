"""Everything that writes: how it is done, and which events it must leave.

A colleague who adds an address that takes a form, a task or a command adds an entry to the file it
belongs to.
"""

from tests.portal.audit.writing import customers, machine, network, people, staff
from tests.portal.audit.writing.world import OTHERS, ROUTES, Entry, World

__all__ = [
    "OTHERS",
    "ROUTES",
    "Entry",
    "World",
    "customers",
    "machine",
    "network",
    "people",
    "staff",
]
