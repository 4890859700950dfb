from django.core.management.base import BaseCommand, CommandError

from portal.words import index


class Command(BaseCommand):
    help = "把全文索引重新写一遍：全部，或者一类（例如 merchant）"

    def add_arguments(self, parser):
        parser.add_argument("kind", nargs="*", help="默认全部")

    def handle(self, *args, **options):
        known = index.kinds()
        if unknown := set(options["kind"]) - set(known):
            raise CommandError(f"没有这一类：{'、'.join(sorted(unknown))}。有：{'、'.join(known)}")
        for kind in options["kind"] or known:
            self.stdout.write(f"{kind}: {index.rebuild(kind):,}")
