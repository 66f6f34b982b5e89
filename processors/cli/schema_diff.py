"""What `bus schemas diff` works with: two versions, of the registry or of git."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

from rich.text import Text

from bus.client.schemas import load_catalogue
from bus.contracts.catalogue import Catalogue
from bus.contracts.differences import Comparison, compare
from bus.errors import ConfigurationError
from processors.cli.control import FAILED, GOOD, console, print_json
from processors.cli.history import Version, from_folder, from_revision
from processors.registry.comparing import chosen, held_versions
from processors.subscriptions.world import World

_STYLES = {"added": "green", "removed": "red", "type": "yellow", "renamed": "yellow"}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which two versions; by ids of the registry, or the file and an earlier one."""

    event_type: str
    older: int | None = None
    newer: int | None = None
    git: str | None = None
    against: Path | None = None

    @property
    def of_files(self) -> bool:
        """Whether the registry is not asked."""
        return self.git is not None or self.against is not None


async def tell_registered(
    world: World, catalogue: Catalogue, wanted: Wanted, *, as_json: bool
) -> int:
    """Compare two versions that the registry holds.

    Raises:
        SchemaNotFoundError: there are none such.
        RegistryUnavailableError: the registry gives no answer.
    """
    held = await held_versions(world.schemas, catalogue, wanted.event_type)
    older, newer = chosen(held, wanted.older, wanted.newer)
    found = compare(older.text, newer.text)
    return show_difference(
        plain(wanted.event_type, older.id, newer.id, found), as_json=as_json
    )


def of_files(wanted: Wanted, place: Path, *, as_json: bool) -> int:
    """Compare the file as it is with that of a git revision, or of a folder.

    Raises:
        ConfigurationError: there is no such one there, or both are named.
    """
    if wanted.git and wanted.against:
        raise ConfigurationError("give either --against or --git, not both")
    newer = load_catalogue(place).schema(wanted.event_type)
    if wanted.git:
        earlier, where = from_revision(place, wanted.git), wanted.git
    else:
        folder = wanted.against or place
        earlier, where = from_folder(folder), str(folder)
    older = _of_type(earlier, wanted.event_type, where)
    found = compare(older.text, newer.text)
    return show_difference(
        plain(wanted.event_type, older.label, "the file", found), as_json=as_json
    )


def _of_type(earlier: Sequence[Version], event_type: str, where: str) -> Version:
    for one in earlier:
        if one.event_type == event_type:
            return one
    raise ConfigurationError(f"{where} has no schema of {event_type}")


def plain(
    event_type: str, older: object, newer: object, found: Comparison
) -> dict[str, object]:
    """As the API says it."""
    return {"type": event_type, "older": older, "newer": newer, **asdict(found)}


def show_difference(row: Mapping[str, object], *, as_json: bool) -> int:
    """Print it; 1 if old data cannot be read with the newer one."""
    if as_json:
        print_json(json.loads(json.dumps(row)))
    else:
        _print(row)
    return FAILED if row["breaks_new"] else GOOD


def _print(row: Mapping[str, object]) -> None:
    out = console()
    out.print(f"{row['type']}: {row['older']} → {row['newer']}")
    changes = cast("Sequence[Mapping[str, str]]", row["changes"])
    if not changes:
        out.print("  Nothing differs.")
    for change in changes:
        line = Text("  ").append(change["place"] or "the event", style="bold")
        out.print(line.append(f": {change['said']}", _STYLES.get(change["kind"], "")))
    for name, who in (
        ("breaks_new", "Readers of the newer one, of what the older one wrote"),
        ("breaks_old", "Readers of the older one, of what the newer one writes"),
    ):
        reasons = cast("Sequence[str]", row[name])
        out.print(f"{who}: {'can read all of it' if not reasons else 'break'}")
        for reason in reasons:
            out.print(Text(f"  {reason}", style="red"))
