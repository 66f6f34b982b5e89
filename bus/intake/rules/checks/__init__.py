"""All checks, a row each; `kind` says what one is.

A check is pure, and reads what `Order` and `Context` give it. Whatever an event holds,
it finds or it does not; what it raises all the same costs its own rule a finding.
"""

from collections.abc import Mapping

from bus.intake.rules.checks.contacts import CONTACTS
from bus.intake.rules.checks.currencies import CURRENCIES
from bus.intake.rules.checks.deadlines import DEADLINES
from bus.intake.rules.checks.fields import FIELDS
from bus.intake.rules.checks.goods import GOODS
from bus.intake.rules.checks.history import HISTORY
from bus.intake.rules.checks.kind import Check
from bus.intake.rules.checks.limits import LIMITS
from bus.intake.rules.checks.noticed import NOTICED
from bus.intake.rules.checks.places import PLACES
from bus.intake.rules.checks.shapes import SHAPES
from bus.intake.rules.checks.sums import SUMS

ALL = (
    *SUMS,
    *CURRENCIES,
    *FIELDS,
    *PLACES,
    *CONTACTS,
    *GOODS,
    *HISTORY,
    *LIMITS,
    *DEADLINES,
    *NOTICED,
    *SHAPES,
)
CHECKS: Mapping[str, Check] = {check.name: check for check in ALL}
"""Every check by its name."""
