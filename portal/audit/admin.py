"""The trail as it was written. Values of persons are not in it, only their commitments."""

from django.contrib import admin

from portal.accounts.admin_site import ReadOnlyAdmin
from portal.audit.models import Event


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ["at", "subject", "sequence", "type", "actor"]
    search_fields = ["=subject", "=actor", "=type"]
    ordering = ["-pk"]
    show_full_result_count = False
