"""Where the files of a partner's server are."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

_PORT = 22


@dataclass(frozen=True, slots=True)
class SftpPlace:
    """A folder of a server, and the keys that the server may show."""

    host: str
    port: int
    path: str
    host_keys: Sequence[str]

    @property
    def shown(self) -> str:
        """It, for people."""
        return f"sftp://{self.host}:{self.port}{self.path}"

    @property
    def names(self) -> tuple[str, str]:
        """How a list of hosts may name it: with its port, the usual one without."""
        with_port = f"{self.host}:{self.port}"
        return with_port, self.host if self.port == _PORT else with_port


def parse_sftp(url: str, host_keys: Sequence[str]) -> SftpPlace:
    """Read a URL.

    Raises:
        ValueError: it is none of a folder; says what is wrong.
    """
    parts: SplitResult = urlsplit(url)
    if parts.scheme != "sftp" or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("expected sftp://HOST/FOLDER")
    if parts.username or parts.password:
        raise ValueError("credentials do not belong in a URL")
    if not url.isprintable() or ".." in parts.path.split("/"):
        raise ValueError("expected a path without .. and control characters")
    port = _PORT if parts.port is None else parts.port
    return SftpPlace(parts.hostname, port, parts.path or "/", tuple(host_keys))
