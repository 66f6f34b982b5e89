"""Texts in files that somebody names: whole and in UTF-8, or why not."""

from io import IncrementalNewlineDecoder
from pathlib import Path

from bus.errors import ConfigurationError

_MIB = 1024 * 1024


def text_in(named: str, folder: Path = Path(), *, most: int = 64 * _MIB) -> str:
    """The text of a file of at most so many bytes, named from a folder on.

    Raises:
        ConfigurationError: It cannot be read, is larger, or is no text.
    """
    try:
        path = folder / Path(named).expanduser()
        with path.open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise ConfigurationError(f"{named}: {error.strerror or error}") from None
    except (ValueError, RuntimeError) as error:  # NUL in it; ~nobody
        raise ConfigurationError(f"{named}: {error}") from None
    return text_of(named, content, most=most)


def text_of(named: str, content: bytes, *, most: int = 64 * _MIB) -> str:
    r"""The text of what was read, its line ends `\n`, without Windows' mark before it.

    Raises:
        ConfigurationError: It is larger, or is no text.
    """
    if len(content) > most:
        raise ConfigurationError(f"{named} is larger than {most:,} bytes")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        at = error.start + 1
        raise ConfigurationError(f"{named} is not text in UTF-8: byte {at}") from None
    return IncrementalNewlineDecoder(None, translate=True).decode(text, final=True)
