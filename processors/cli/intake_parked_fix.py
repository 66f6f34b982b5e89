"""What `bus intake parked fix` and `expire` do."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bus.errors import ConfigurationError, InvalidMappingError
from bus.intake.channels.loading import DEFINITION, MAPPING
from processors.cli.asking import ask
from processors.cli.control import FAILED, GOOD, print_json, read_text
from processors.cli.dlq_redrive import bar
from processors.cli.intake_parked_view import print_plan, tell_done
from processors.parked import expiring, fixing, naming
from processors.parked.plain import plan_row
from processors.parked.trying import Changes
from processors.parked.world import EVERYBODY, ParkedWorld


@dataclass(frozen=True, slots=True)
class Fix:
    """What the options say."""

    mapping: Path | None
    definition: Path | None
    why: str
    dry_run: bool
    yes: bool
    as_json: bool

    def judge(self) -> None:
        """Refuse files that cannot be read; standard input is read only once."""
        if Path("-") not in {self.mapping, self.definition}:
            _ = self.changes

    @property
    def changes(self) -> Changes:
        """What is tried instead of what is there.

        Raises:
            ConfigurationError: a file cannot be read.
        """
        return Changes(
            mapping=read_text(str(self.mapping)) if self.mapping else "",
            definition=read_text(str(self.definition)) if self.definition else "",
        )

    def named(self, problems: str) -> str:
        """What is wrong, each file by the name that it was given by."""
        files = {MAPPING: self.mapping, DEFINITION: self.definition}
        lines = problems.split("\n")
        for name, given in files.items():
            at = f"{name}:"
            lines = [
                f"{given}:{line.removeprefix(at)}"
                if given and line.startswith(at)
                else line
                for line in lines
            ]
        return "\n".join(lines)


async def fix(world: ParkedWorld, group: str, how: Fix) -> int:
    """Try a group, and release what passes, after asking."""
    naming.group_that_is(world, EVERYBODY, group)
    rows = fixing.items_in(world, EVERYBODY, group)
    try:
        with bar("trying", len(rows)) as progress:
            found = await fixing.plan(world, rows, how.changes, progress)
    except InvalidMappingError as error:
        if not how.changes:
            raise
        raise ConfigurationError(how.named(str(error))) from None
    row: dict[str, object] = {"dry_run": how.dry_run or bool(how.changes)}
    row |= plan_row(found)
    if found.passing and not row["dry_run"]:
        ask(f"Release {len(found.passing)} parked orders?", yes=how.yes)
        with bar("releasing", len(found.passing)) as progress:
            done = await fixing.fix(world, group, found, how.why, progress)
        row |= {"done": done.done, "failed": done.failed}
    return tell_plan(row, as_json=how.as_json, changed=bool(how.changes))


def tell_plan(row: Mapping[str, object], *, as_json: bool, changed: bool) -> int:
    """Say what a fix came to; return the exit code."""
    if as_json:
        print_json(row)
    else:
        print_plan(row, changed=changed)
    return FAILED if row["passing"] != row["tried"] else GOOD


async def expire(world: ParkedWorld, how: Fix) -> int:
    """Expire what has waited for too long, after asking."""
    rows = expiring.due(world)
    done, failed = 0, {}
    if rows and not how.dry_run:
        ask(f"Expire {len(rows)} parked orders?", yes=how.yes)
        result = await expiring.expire(world, rows)
        done, failed = result.done, result.failed
    said = {"meant": len(rows), "done": done, "failed": failed}
    return tell_done("expire", said, dry_run=how.dry_run, as_json=how.as_json)
