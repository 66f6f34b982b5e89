"""Where the API is and with which key, from arguments or the environment."""
# ruff: noqa: TID251 - what users of the library set; programs read settings instead

import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from bus.errors import ConfigurationError

URL_VARIABLE = "ORDERBUS_URL"
KEY_VARIABLE = "ORDERBUS_API_KEY"
_TOKEN = re.compile(r"[!-~]{1,500}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """The address without a slash at its end, and the key, which is never shown."""

    url: str
    key: str = field(repr=False)


def place_of(url: str | None, key: str | None, key_file: Path | str | None) -> Place:
    """What is given, else what the environment says.

    A key that begins with `@` names the file that holds it.

    Raises:
        ConfigurationError: one is missing, or is none; a key is never repeated.
    """
    url = url or os.environ.get(URL_VARIABLE, "")
    if key_file is not None:
        key = f"@{key_file}"
    return Place(_checked_url(url), _checked(key or os.environ.get(KEY_VARIABLE, "")))


def _checked_url(url: str) -> str:
    if not url:
        raise ConfigurationError(
            f"the API's address is missing: give url, or set {URL_VARIABLE}"
        )
    if not _is_address(url):
        raise ConfigurationError(
            f"{URL_VARIABLE} is no address of an API: expected"
            " https://HOST[:PORT], with nothing secret in it"
        )
    return url.rstrip("/")


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    open_ = not ("@" in parts.netloc or parts.query or parts.fragment)
    return named and open_ and parts.scheme in {"http", "https"}


def _checked(key: str) -> str:
    if not key:
        raise ConfigurationError(
            f"a key is missing: give key or key_file, or set {KEY_VARIABLE} (the key"
            " itself, or @FILE); `bus keys create` makes one"
        )
    text = _read(key[1:]) if key.startswith("@") else key
    if not _TOKEN.fullmatch(text.strip()):
        raise ConfigurationError(f"{KEY_VARIABLE} is no key: expected one word, ob_…")
    return text.strip()


def _read(path: str) -> str:
    try:
        return Path(path).expanduser().read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigurationError(f"{KEY_VARIABLE}: {path} is not text") from None
    except OSError as error:
        why = error.strerror or error
        raise ConfigurationError(f"{KEY_VARIABLE}: {path}: {why}") from None
