"""The search of merchants and staff: what was typed → payments, newest first, page by page.

box.py     one line of anything → fields
wanted.py  fields → values, errors beside the fields
ways.py    values → a condition that an index answers, or a kind refusal
page.py    the rows after a row
record.py  who searched by what
"""
