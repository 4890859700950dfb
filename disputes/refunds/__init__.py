"""Refunds on their way: numbers, gateways, sending and asking, confirmation by files."""
