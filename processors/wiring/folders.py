"""Folders that are written to: made, and found usable, before they are needed."""

import tempfile
from pathlib import Path

from bus.errors import ConfigurationError


def usable(folder: Path, name: str) -> Path:
    """The folder, made if it is missing; a file can be written there.

    Raises:
        ConfigurationError: with `name`, what the user calls the folder, and why not.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise ConfigurationError(
            f"{name}: {folder} cannot be used: {error.strerror or error}"
        ) from None
