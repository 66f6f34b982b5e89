"""Building the native part never fails an installation, and never leaves an old one."""

from pathlib import Path

import pytest

import hatch_build
from hatch_build import NATIVE, build_native

LIBRARY = b"of other sources"


@pytest.fixture(autouse=True)
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with a library made of other sources, and no cargo on the path."""
    folder = tmp_path / "bus" / "native"
    (folder / "src").mkdir(parents=True)
    for path in NATIVE.glob("src/*.rs"):
        (folder / "src" / path.name).write_bytes(path.read_bytes())
    (folder / "Cargo.toml").write_text("[package]")
    (folder / "build.rs").write_text("")
    (folder / "_core.abi3.so").write_bytes(LIBRARY)
    monkeypatch.setattr(hatch_build, "ROOT", tmp_path)
    monkeypatch.setattr(hatch_build, "NATIVE", folder)
    monkeypatch.setattr(hatch_build, "LIBRARY", folder / "_core.abi3.so")
    monkeypatch.setattr(hatch_build, "MADE_OF", folder / "_core.sources")
    monkeypatch.setattr(hatch_build, "_ENVIRONMENT", {})
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path


def cargo(checkout: Path, script: str) -> None:
    """Put a cargo there that does this."""
    path = checkout / "bin" / "cargo"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def library(checkout: Path) -> bytes | None:
    """What is there now."""
    path = checkout / "bus" / "native" / "_core.abi3.so"
    return path.read_bytes() if path.is_file() else None


def test_without_cargo(checkout: Path) -> None:
    """One line, and no library of other sources."""
    told = build_native()
    assert told is not None
    assert "no cargo" in told
    assert "\n" not in told
    assert library(checkout) is None


def test_cargo_that_fails(checkout: Path) -> None:
    """One line with its reason."""
    cargo(checkout, "echo 'note: a'; echo 'error: no such crate' >&2; exit 101")
    told = build_native()
    assert told is not None
    assert told.endswith(": error: no such crate")
    assert library(checkout) is None


def test_cargo_that_makes_nothing(checkout: Path) -> None:
    """It is no reason to fail either."""
    cargo(checkout, "exit 0")
    told = build_native()
    assert told is not None
    assert "\n" not in told
    assert library(checkout) is None


def test_it_is_built_once(checkout: Path) -> None:
    """Then only when its sources change."""
    made = checkout / ".native" / "release"
    made.mkdir(parents=True)
    (made / "lib_core.so").write_bytes(b"new")
    cargo(checkout, "exit 0")
    assert build_native() is None
    assert library(checkout) == b"new"
    cargo(checkout, "exit 1")
    assert build_native() is None
    (checkout / "bus" / "native" / "src" / "lib.rs").write_text("// changed")
    assert build_native() is not None
    assert library(checkout) is None


def test_who_wants_python_alone_builds_nothing(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`ORDERBUS_PURE=1` says so to the build, too."""
    monkeypatch.setattr(hatch_build, "_ENVIRONMENT", {"ORDERBUS_PURE": "1"})
    cargo(checkout, "exit 1")
    assert build_native() is None
    assert library(checkout) == LIBRARY
