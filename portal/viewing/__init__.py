"""How much one account may look at: budgets, masks that come off for a reason, unusual days.

Everything counts from the same rows, those of `portal.audit.reading`.

    budget.py     so many an hour and a day; then a reason; then a supervisor hears of it
    masking.py    contacts as pages show them
    unmasking.py  one person sees one contact for some minutes, for a reason
    pattern.py    an account's day held against its own last weeks: rules with figure and words
    sweep.py      which accounts to look at; telling supervisors, once
"""
