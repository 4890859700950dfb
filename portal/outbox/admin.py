"""What waits and what failed. Not what it says nor to whom: that is between the parties."""

from django.contrib import admin

from portal.accounts.admin_site import ReadOnlyAdmin
from portal.outbox.models import Entry


@admin.register(Entry)
class EntryAdmin(ReadOnlyAdmin):
    fields = ["effect_key", "kind", "topic", "state", "attempts", "due_at", "done_at", "error"]
    list_display = ["effect_key", "kind", "topic", "state", "attempts", "due_at", "error"]
    list_filter = ["state", "kind", "topic"]
    ordering = ["-pk"]
    show_full_result_count = False
