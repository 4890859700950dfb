"""One module a question; see `disputes.guest.wizard`."""
