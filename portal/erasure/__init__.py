"""Erasing a person, locking what the law keeps, and letting go of what is older than its period."""
