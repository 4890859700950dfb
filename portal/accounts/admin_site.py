"""Django's admin, behind our own sign-in and second factor, for administrators only.

Rights come from the membership: the flags `is_staff` and `is_superuser` open nothing here.
"""

from django.contrib import admin
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from portal.accounts.access import ADMIN, role_required
from portal.http import Request


def administers(request: Request) -> bool:
    return bool(request.actor and request.actor.role == "administrator")


class ReadOnlyAdmin(admin.ModelAdmin):
    """To look things up. What changes, changes through an action with its audit event."""

    actions = None

    def has_module_permission(self, request) -> bool:
        return administers(request)

    def has_view_permission(self, request, obj=None) -> bool:
        return administers(request)

    def has_add_permission(self, request) -> bool:
        return False

    def has_change_permission(self, request, obj=None) -> bool:
        return False

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class PortalAdminSite(admin.AdminSite):
    site_header = _("小票·资料")
    site_title = _("小票")
    index_title = _("资料一览")

    def register(self, model_or_iterable, admin_class=None, **options) -> None:
        """Only what was made to be read: packages bring forms along that change accounts and
        show secrets (allauth's authenticators), past every action of ours."""
        if admin_class is not None and issubclass(admin_class, ReadOnlyAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def has_permission(self, request) -> bool:
        return request.user.is_active and administers(request)

    def admin_view(self, view, cacheable=False):
        return role_required(*ADMIN)(super().admin_view(view, cacheable))

    def login(self, request: HttpRequest, extra_context=None):
        """No second door: ours, and from there to the admin."""
        return redirect_to_login(request.GET.get("next") or "/admin/")

    def logout(self, request: HttpRequest, extra_context=None):
        if request.method != "POST":
            return redirect("account_logout")
        logout(request)
        return redirect("/")

    def password_change(self, request: HttpRequest, extra_context=None):
        return redirect("account_change_password")
