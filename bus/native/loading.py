"""The library, if it is there, fits and is wanted; else what to say instead."""

import os
from types import ModuleType

_API = 6
"""As `src/lib.rs` says it: counts up whenever Python and Rust must change together."""
# What pydantic takes for true; it knows the variable as the setting `pure`.
_TRUE = frozenset({"1", "on", "t", "true", "y", "yes"})


def _load() -> tuple[ModuleType | None, str]:
    # Which code runs is settled before any setting is read.
    said = os.environ.get("ORDERBUS_PURE", "")  # noqa: TID251 - as above
    if said.lower() in _TRUE:
        return None, "pure Python: ORDERBUS_PURE"
    try:
        from bus.native import _core  # noqa: PLC0415 - may not be there
    except ImportError:
        return None, "pure Python: built without Rust"
    if _core.API != _API:
        return None, "pure Python: the native part is another version's"
    return _core, "native"


core, told = _load()
"""The library or None, and in a few words which it is."""
