"""Payments from files: see docs/formats.md and docs/decisions/payment-identity.md."""
