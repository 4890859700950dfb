"""How much one account may look at, as the settings say it (docs/decisions/viewing.md)."""


def read(env) -> tuple[dict[str, dict[str, int]], int, int]:
    """Payments and cases that an account may open before a reason is asked, by kind of
    organisation and period; minutes for which a contact stays unmasked; unmaskings of 24 hours
    above which supervisors hear.
    """
    budgets = {
        "institution": {
            "hour": env.int("VIEW_BUDGET_HOUR", default=60),
            "day": env.int("VIEW_BUDGET_DAY", default=250),
        },
        "merchant": {
            "hour": env.int("VIEW_BUDGET_MERCHANT_HOUR", default=60),
            "day": env.int("VIEW_BUDGET_MERCHANT_DAY", default=250),
        },
    }
    minutes = env.int("UNMASK_MINUTES", default=10)
    return budgets, minutes, env.int("UNMASK_BUDGET_DAY", default=20)
