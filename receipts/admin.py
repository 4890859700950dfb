"""Shops and terminals as they are registered, to be looked up; payments are not shown here."""

from django.contrib import admin

from portal.accounts.admin_site import ReadOnlyAdmin
from receipts.models import Merchant, Terminal


@admin.register(Merchant)
class MerchantAdmin(ReadOnlyAdmin):
    list_display = ["merchant_no", "name", "city", "organisation", "origin"]
    list_filter = ["origin"]
    list_select_related = ["organisation"]
    search_fields = ["merchant_no", "name"]


@admin.register(Terminal)
class TerminalAdmin(ReadOnlyAdmin):
    list_display = ["terminal_no", "merchant", "label", "model", "software_version", "origin"]
    list_select_related = ["merchant"]
    search_fields = ["=terminal_no", "merchant__name"]
