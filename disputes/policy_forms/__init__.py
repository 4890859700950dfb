"""The forms that make a new version of the policy in the admin: one for each part of it, filled in
with what is in force. A form of `FORMS` is reached by `?part=`, and by what it is `about`.
"""

from disputes.policy_forms.assignment import AssignmentForm
from disputes.policy_forms.base import VersionForm
from disputes.policy_forms.numbers import NumbersForm
from disputes.policy_forms.reasons import ReasonsForm
from disputes.policy_forms.texts import TextsForm

FORMS: dict[str, type[VersionForm]] = {
    "": NumbersForm,
    "assignment": AssignmentForm,
    "reasons": ReasonsForm,
    "texts": TextsForm,
}

__all__ = ["FORMS", "VersionForm"]
