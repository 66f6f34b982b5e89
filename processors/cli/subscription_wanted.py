"""What the options of `bus subscriptions` want, judged without asking anybody."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bus.errors import InvalidSubscriptionError
from processors.cli.control import read_text
from processors.cli.subscription_options import named_as_options, written

if TYPE_CHECKING:
    from processors.subscriptions.document import Draft, Fields


def wanted_draft(
    given: Mapping[str, object], fields: Mapping[str, object], secret_file: str | None
) -> "Draft":
    """What the options say, judged without asking anybody."""
    from processors.subscriptions.document import Draft, draft

    secret = own_secret(secret_file)
    with named_as_options("URL"):
        return Draft(draft({**written(given), **fields}, Path()).subscription, secret)


def wanted_changes(given: Mapping[str, object], *, trust: bool) -> "Fields":
    """What the options change, each judged by itself."""
    from processors.subscriptions.document import judge, whole

    with named_as_options("--url"):
        fields = whole(written(given), Path())
        if not fields and not trust:
            raise InvalidSubscriptionError("options", "nothing to change was given")
        judge(fields, Path())
    return fields


def own_secret(file: str | None) -> str | None:
    """The secret of one's own that a file holds."""
    return read_text(file).strip() if file else None
