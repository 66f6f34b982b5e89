"""`python -m tests.day [--seed 1] [--write]`: live a day, print what was noticed."""

import argparse
import sys
from pathlib import Path

from tests.day.day import lived
from tests.day.table import into, table
from tests.day.verdict import verdict

_DOCUMENT = Path(__file__).parents[2] / "docs" / "alerts.md"


def main() -> int:
    """Live it; 1 if something was missed or told for nothing."""
    parser = argparse.ArgumentParser(prog="python -m tests.day", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="which day")
    parser.add_argument(
        "--write", action="store_true", help="put it into docs/alerts.md"
    )
    asked = parser.parse_args()
    day = lived(asked.seed)
    found = verdict(day)
    said = table(found)
    sys.stdout.write(f"{said}\n")
    for told in found.astray:
        minute = (told.at - day.midnight) / 60
        line = f"for nothing, at minute {minute:.0f}: {told.alert.key} {told.alert.why}"
        sys.stdout.write(f"{line}\n")
    if asked.write:
        text = _DOCUMENT.read_text(encoding="utf-8")
        _DOCUMENT.write_text(into(text, said), encoding="utf-8")
    return 1 if found.missed or found.astray else 0


if __name__ == "__main__":
    sys.exit(main())
