"""Reads the rules that come with Orderbus, or those of a file of one's own."""

from functools import lru_cache
from pathlib import Path

from bus.client.schemas import default_folder
from bus.errors import ConfigurationError
from bus.intake.rules.book import Book
from bus.intake.rules.documents import Document, check_document, read_document
from bus.intake.rules.lines import Line

_MOST_BYTES = 4 << 20


def shipped_lines(schemas: Path | None = None) -> tuple[Line, ...]:
    """The rules of the schemas' folder, `rules/*.yaml`; none if it has no such.

    Raises:
        ConfigurationError: One cannot be used; says which and why.
    """
    folder = (schemas or default_folder()) / "rules"
    return _lines_of(tuple((one, _text(one)) for one in sorted(folder.glob("*.yaml"))))


def read_rules(file: Path) -> Document:
    """Read a document of rules.

    Raises:
        ConfigurationError: The file cannot be read.
    """
    return read_document(_text(file), file.name)


@lru_cache(maxsize=8)
def _lines_of(files: tuple[tuple[Path, str], ...]) -> tuple[Line, ...]:
    """The rules of files, each over those before; programs ask for the same often."""
    found: list[Line] = []
    for file, text in files:
        document = read_document(text, file.name)
        problems = check_document(document, file.name, Book(found))
        if problems:
            raise ConfigurationError(f"{file}: {problems[0]}")
        found += document.lines
    return tuple(found)


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > _MOST_BYTES:
            raise ConfigurationError(f"{file} is larger than {_MOST_BYTES:,} bytes")
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"cannot read {file}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ConfigurationError(f"{file} is not text in UTF-8") from None
