"""The `bus` command.

`main` is where it starts. Command modules (`dlq.py`, `subscriptions.py`, …) hold names,
options and help, and import nothing that costs: what a command works with is imported
in its function, so that `--help`, `--version` and completion answer at once. How a
command is added stands in `processors/cli/main.py`.
"""

import sys
from importlib import import_module

_INTERRUPTED = 130


def main() -> None:
    """Run the command that the arguments name."""
    try:
        # Imported here: child modules are imported for their own sake, too.
        import_module("processors.cli.main").app(prog_name="bus")
    except KeyboardInterrupt:
        # While modules are still being imported; later, commands see to it.
        sys.exit(_INTERRUPTED)
