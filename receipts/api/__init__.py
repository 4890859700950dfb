"""What programs send and ask of payments; HTTP itself is the roof's (portal/api)."""
