"""Sample data: `make()` writes the month, `what_to_try()` says what to do with it; `make_rows()`
writes payments by the million."""

from portal.site.demo.bulk import make_rows
from portal.site.demo.month import NotEmpty, is_half_made, is_ours, make
from portal.site.demo.tryout import what_to_try

__all__ = ["NotEmpty", "is_half_made", "is_ours", "make", "make_rows", "what_to_try"]
