"""Sign-in and people. Of allauth's pages those that we want are named here, the others closed.

Its views change rows and tell of it by signals; where that must be one transaction, it is made
here. Not for the pages that check a password: that takes long, and SQLite has one writer."""

from allauth.account import views as account
from allauth.mfa.base import views as second_factor
from django.db import transaction
from django.urls import path, re_path
from django.views.generic import RedirectView

from portal.accounts import people, presence, views

urlpatterns = [
    path("", views.security, name="account_security"),
    path("home/", views.home, name="account_home"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    path(
        "password/reset/",
        transaction.atomic(account.password_reset),
        name="account_reset_password",
    ),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        RedirectView.as_view(pattern_name="account_login"),
        name="account_reset_password_from_key_done",
    ),
    path(
        "2fa/authenticate/",
        transaction.atomic(second_factor.authenticate),
        name="mfa_authenticate",
    ),
    path(
        "2fa/reauthenticate/",
        transaction.atomic(second_factor.reauthenticate),
        name="mfa_reauthenticate",
    ),
    path("2fa/set-up/", views.set_up_second_factor, name="account_second_factor"),
    path("2fa/recovery-codes/", views.recovery_codes, name="account_recovery_codes"),
    path("invitation/<uuid:public_id>/", views.invitation, name="account_invitation"),
    path("presence/", presence.presence, name="account_presence"),
    path("presence/<uuid:public_id>/", presence.absence, name="account_absence"),
    path("people/", people.people, name="account_people"),
    path("people/invite/<uuid:organisation_id>/", people.invite, name="account_invite"),
    path("people/<uuid:public_id>/", people.person, name="account_person"),
    path(
        "people/invitation/<uuid:public_id>/withdraw/",
        people.withdraw,
        name="account_withdraw_invitation",
    ),
]
