"""Which code runs."""

import sys
from types import ModuleType

import pytest

from bus.native import loading


def test_it_is_one_of_two() -> None:
    """Either the library is there and fits, or it says why not."""
    assert (loading.core is not None) == (loading.told == "native")
    assert loading.told == "native" or loading.told.startswith("pure Python: ")


@pytest.mark.parametrize("said", ["1", "true", "YES"])
def test_the_environment_switches_it_off(
    said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ORDERBUS_PURE=1` leaves it out, built or not."""
    monkeypatch.setenv("ORDERBUS_PURE", said)
    assert loading._load() == (None, "pure Python: ORDERBUS_PURE")  # noqa: SLF001


def test_without_it_all_is_python(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing was built nothing fails."""
    monkeypatch.delenv("ORDERBUS_PURE", raising=False)
    monkeypatch.setitem(sys.modules, "bus.native._core", None)
    monkeypatch.delattr("bus.native._core", raising=False)
    assert loading._load() == (None, "pure Python: built without Rust")  # noqa: SLF001


def test_another_versions_library_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python and Rust change together."""
    other = ModuleType("bus.native._core")
    monkeypatch.setattr(other, "API", 0, raising=False)
    monkeypatch.delenv("ORDERBUS_PURE", raising=False)
    monkeypatch.setitem(sys.modules, "bus.native._core", other)
    monkeypatch.setattr("bus.native._core", other, raising=False)
    core, told = loading._load()  # noqa: SLF001
    assert core is None
    assert "another version" in told
