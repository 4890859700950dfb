"""Django's backend for PostgreSQL; what is done otherwise is in `base`."""
