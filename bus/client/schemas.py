"""Reads the schema files that come with Orderbus, or a folder of one's own."""

from pathlib import Path

from bus.contracts.catalogue import Catalogue
from bus.errors import ConfigurationError

_PACKAGED = Path(__file__).parents[1] / "assets" / "schemas"
_CHECKOUT = Path(__file__).parents[2] / "schemas"


def default_folder() -> Path:
    """Return the schemas of the installed package, or of the git checkout."""
    return _PACKAGED if _PACKAGED.is_dir() else _CHECKOUT


def read_files(folder: Path) -> list[tuple[str, str]]:
    """Return (path within the folder, text) of each `<family>/*.avsc`, sorted.

    Raises:
        ConfigurationError: The folder is missing or holds none, or a file cannot
            be read.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"no folder of schemas at {folder}")
    files = []
    for path in sorted(folder.glob("*/*.avsc")):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigurationError(f"cannot read {path}: {error}") from None
        files.append((path.relative_to(folder).as_posix(), text))
    if not files:
        raise ConfigurationError(f"{folder} holds no <family>/<RecordName>.avsc")
    return files


def load_catalogue(folder: Path | None = None, topic_prefix: str = "oms.") -> Catalogue:
    """Return the catalogue of all event types in a folder of schemas.

    Raises:
        ConfigurationError: As `read_files` and `Catalogue.of`.
    """
    return Catalogue.of(read_files(folder or default_folder()), topic_prefix)
