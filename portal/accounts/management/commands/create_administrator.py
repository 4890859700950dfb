"""The first administrator: a place kept in the institution, and the link that opens it."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from portal.accounts.actions.invite import keep_place
from portal.accounts.actor import Actor
from portal.accounts.errors import Invalid
from portal.accounts.models import Organisation, Role, User
from portal.accounts.typed import plain
from portal.gate import links

LIFETIME = timedelta(hours=24)


class Command(BaseCommand):
    help = (
        "Print a link with which one person becomes administrator: username, password and second "
        "factor are set behind it, in a browser. The link works once and for 24 hours."
    )

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--email", required=True)
        parser.add_argument("--name", required=True, help="as written: surname first in Chinese")
        parser.add_argument(
            "--institution", help="name of the payment institution, when there is none yet"
        )
        parser.add_argument("--language", choices=["zh-hans", "en"], default="zh-hans")

    @transaction.atomic
    def handle(self, *, username, email, name, institution, language, **_options):
        if User.objects.filter(username__iexact=username).exists():
            raise CommandError(f"There is a user {username} already.")
        try:
            validate_email(email)
        except ValidationError:
            raise CommandError(f"{email} is no e-mail address.") from None
        try:
            invitation = keep_place(
                self.institution(institution),
                role=Role.ADMINISTRATOR,
                email=email,
                name=name,
                username=plain("username", username),
                language=language,
                actor=Actor.system("create_administrator"),
            )
        except Invalid as error:
            raise CommandError(f"--{error.field}: no card number here.") from None
        token = links.issue("invitation", str(invitation.public_id), lifetime=LIFETIME)
        self.stdout.write(links.address(token))
        self.stderr.write("Open it within 24 hours, in the browser of the person it is for.")

    def institution(self, name: str | None) -> Organisation:
        found = Organisation.objects.filter(kind=Organisation.Kind.INSTITUTION).first()
        if found is None:
            if not name:
                raise CommandError("There is no institution yet: name it with --institution NAME.")
            return Organisation.objects.create(kind=Organisation.Kind.INSTITUTION, name=name)
        if name and name != found.name:
            raise CommandError(f"This installation's institution is {found.name}.")
        return found
