"""A database of a bench's own beside the connection's, which then is the connection's."""

A_SHOP = 100  # payments of a shop on a day, on average: few have many, most have a few


def use(name: str = "", *, new: str = "") -> None:
    """One that there is (`name`), else a `new` one of that name; migrated."""
    from django.core.management import call_command
    from django.db import connection

    if connection.vendor == "postgresql":
        if not name:
            name = new
            with connection.cursor() as cursor:
                cursor.execute(f"CREATE DATABASE {name}")
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's own
    else:
        name = name or f"{connection.settings_dict['NAME']}.{new}"
        connection.close()
    connection.settings_dict["NAME"] = name
    call_command("migrate", verbosity=0)


def use_day(size: int) -> None:
    """A new one with so many payments, all of one day."""
    from portal.site.demo import bulk

    use(new=f"day_{size}")
    bulk.make_rows(size, days=1, rows_a_shop=A_SHOP)
