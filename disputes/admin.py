"""The policy, to be read. Changing it is an action of its own, not a form of the admin."""

from django.contrib import admin

from disputes.models import PolicyVersion
from portal.accounts.admin_site import ReadOnlyAdmin


@admin.register(PolicyVersion)
class PolicyVersionAdmin(ReadOnlyAdmin):
    list_display = ["number", "created_at", "created_by", "note"]
