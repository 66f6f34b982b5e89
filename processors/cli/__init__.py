"""The `bus` command."""

from importlib import import_module


def main() -> None:
    """Run the command that the arguments name."""
    # Imported here: child modules are imported for their own sake, too.
    import_module("processors.cli.main").app()
