"""`python -m tests.triage [--write]`: live twenty mornings, print what was rescued."""

import argparse
import sys
from pathlib import Path

from tests.triage.table import into, mornings, table

_DOCUMENT = Path(__file__).parents[2] / "docs" / "triage.md"
_SEEDS = range(20)


def main() -> None:
    """Live them."""
    parser = argparse.ArgumentParser(prog="python -m tests.triage", description=__doc__)
    parser.add_argument(
        "--write", action="store_true", help="put it into docs/triage.md"
    )
    said = table(mornings(_SEEDS))
    sys.stdout.write(f"{said}\n")
    if parser.parse_args().write:
        text = _DOCUMENT.read_text(encoding="utf-8")
        _DOCUMENT.write_text(into(text, said), encoding="utf-8")


if __name__ == "__main__":
    main()
