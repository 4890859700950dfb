"""People and organisations, to be looked up. What changes is done on /account/people/."""

from django.contrib import admin

from portal.accounts.admin_site import ReadOnlyAdmin
from portal.accounts.models import Membership, Organisation, User


@admin.register(Organisation)
class OrganisationAdmin(ReadOnlyAdmin):
    list_display = ["name", "kind", "is_active", "created_at"]
    list_filter = ["kind", "is_active"]
    search_fields = ["name", "name_en"]


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    fields = ["username", "name", "email", "language", "is_active", "date_joined", "last_login"]
    list_display = ["username", "name", "is_active", "last_login"]
    search_fields = ["username", "name", "email"]


@admin.register(Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ["user", "organisation", "role", "is_active", "created_at", "ended_at"]
    list_filter = ["role", "is_active"]
    list_select_related = ["user", "organisation"]
    search_fields = ["user__name", "user__username", "organisation__name"]
