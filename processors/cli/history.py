"""Earlier versions of schema files, from git or from a folder.

Reads git through its command line and never writes.
"""

import json
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from bus.client.schemas import read_files
from bus.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Version:
    """A schema file as it once was. `label` says where and when."""

    label: str
    path: str
    text: str

    @property
    def event_type(self) -> str | None:
        """Its event type, or None if it is no schema of an event."""
        try:
            return str(json.loads(self.text)["event_type"])
        except (ValueError, KeyError, TypeError):
            return None


def from_folder(folder: Path) -> list[Version]:
    """Return the files of a folder as the one earlier version of each.

    Raises:
        ConfigurationError: As `bus.client.schemas.read_files`.
    """
    return [
        Version(f"{folder.name}/{path}", path, text)
        for path, text in read_files(folder)
    ]


def from_revision(folder: Path, revision: str) -> list[Version]:
    """Return the files of a folder as they are in one git revision.

    Raises:
        ConfigurationError: No git checkout, no such revision, or none there.
    """
    commit = _git(folder, "rev-parse", "--verify", "--short", f"{revision}^{{commit}}")
    listed = _git(folder, "ls-tree", "-r", "-z", "--name-only", commit.strip(), ".")
    paths = [path for path in listed.split("\0") if path.endswith(".avsc")]
    if not paths:
        raise ConfigurationError(f"{revision} has no schemas in {folder}")
    return list(_read(folder, [(commit.strip(), path) for path in paths]))


def from_history(folder: Path) -> list[Version]:
    """Return each version of each file of a folder up to HEAD, oldest first.

    Raises:
        ConfigurationError: No git checkout, or a shallow one.
    """
    if _git(folder, "rev-parse", "--is-shallow-repository").strip() == "true":
        raise ConfigurationError(
            f"{folder} is in a shallow clone, its history is cut off: run "
            "git fetch --unshallow, or name what to compare with --git or --against"
        )
    log = _git(
        folder,
        *("log", "--reverse", "--no-renames", "--diff-filter=AM", "--relative"),
        *("--name-only", "--format=%x01%h", "HEAD", "--", "."),
    )
    wanted = []
    for entry in log.split("\x01")[1:]:
        commit, *paths = entry.split("\n")
        wanted += [(commit, path) for path in paths if path.endswith(".avsc")]
    return list(_read(folder, wanted))


def _read(folder: Path, wanted: Iterable[tuple[str, str]]) -> Iterator[Version]:
    pairs = list(wanted)
    names = "".join(f"{commit}:./{path}\n" for commit, path in pairs)
    rest = _git_bytes(folder, "cat-file", "--batch", stdin=names.encode())
    for commit, path in pairs:
        header, _, rest = rest.partition(b"\n")
        size = int(header.rsplit(b" ", 1)[1])
        text = rest[:size].decode("utf-8", "replace")
        rest = rest[size + 1 :]
        yield Version(f"{path}@{commit}", path, text)


def _git(folder: Path, *arguments: str) -> str:
    return _git_bytes(folder, *arguments).decode("utf-8", "replace")


def _git_bytes(folder: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    command = ["git", "-C", str(folder), "-c", "core.quotePath=false", *arguments]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed command, no shell
            command, input=stdin, capture_output=True, check=False
        )
    except FileNotFoundError:
        raise ConfigurationError(
            "git is not installed; name the earlier versions with --against DIR"
        ) from None
    if done.returncode:
        raise ConfigurationError(_explain(folder, done.stderr.decode(), arguments))
    return done.stdout


def _explain(folder: Path, complaint: str, arguments: tuple[str, ...]) -> str:
    if "not a git repository" in complaint:
        return f"{folder} is not in a git checkout; compare with --against DIR"
    if "Needed a single revision" in complaint:
        return f"there is no git revision {arguments[-1].removesuffix('^{commit}')!r}"
    if "bad revision 'HEAD'" in complaint or "'HEAD'" in complaint:
        return f"{folder} has no commits yet; compare with --against DIR"
    first = complaint.strip().splitlines()[:1]
    return f"git {arguments[0]} failed: {''.join(first)}"
