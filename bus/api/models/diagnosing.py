"""What is sent and answered: diagnosing."""

# Written from the table of routes by `make client`, not by hand.
from typing import NotRequired, TypedDict


class DiagnosisWanted(TypedDict):
    """How far back failures are looked for, and what is wanted of it."""

    since: NotRequired[str]
    bundle: NotRequired[bool]
