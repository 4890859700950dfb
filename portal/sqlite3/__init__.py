"""Django's backend for SQLite; what is done otherwise is in `base`."""
