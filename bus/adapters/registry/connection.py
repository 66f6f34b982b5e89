"""Where a registry is and how it is asked."""

import re
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from bus.errors import ConfigurationError

_BEARER = re.compile(r"bearer\s+(\S+)", re.IGNORECASE)


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        _ = parts.port  # looking at the port is what finds a wrong one
    except ValueError as error:
        raise ConfigurationError(f"registry URL: {error}") from None
    return parts


@dataclass(frozen=True, slots=True)
class RegistryConnection:
    """A registry's address, credentials and certificates.

    Attributes:
        url: Of one registry, or of several of one cluster with commas between.
            Holds no credentials.
        auth: `user:password`, or `Bearer <token>`; never shown.
        ca_file: CA bundle (PEM); None: the public ones.
        certificate_file: Client certificate (PEM) with `key_file`.
        logical_cluster: `lsrc-…`, with a token for Confluent Cloud.
        timeout_s: For one request.
        attempts: How often a request is tried when trying again may help.
    """

    url: str
    _: KW_ONLY
    auth: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    logical_cluster: str = ""
    timeout_s: float = 10.0
    attempts: int = 4

    def __post_init__(self) -> None:
        """Refuse what cannot be right.

        Raises:
            ConfigurationError: Never holds credentials.
        """
        for url in self.url.split(","):
            parts = _parts(url.strip())
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ConfigurationError(
                    "registry URL: expected http://host:port or https://host:port"
                )
            if parts.username is not None:
                raise ConfigurationError(
                    "registry URL: credentials do not belong in it; "
                    "give them as registry_auth"
                )
        if self.auth and not self._bearer and ":" not in self.auth:
            raise ConfigurationError(
                "registry_auth: expected user:password or Bearer <token>"
            )

    @property
    def _bearer(self) -> str | None:
        found = _BEARER.fullmatch(self.auth or "")
        return found[1] if found else None

    def client_settings(self) -> Mapping[str, object]:
        """Return the settings of confluent_kafka's registry client."""
        settings: dict[str, object] = {
            "url": self.url,
            "timeout": self.timeout_s,
            # Trying again is ours to do: theirs waits up to 20 s in between.
            "max.retries": 0,
        }
        files = {
            "ssl.ca.location": self.ca_file,
            "ssl.certificate.location": self.certificate_file,
            "ssl.key.location": self.key_file,
        }
        settings |= {name: str(path) for name, path in files.items() if path}
        if self._bearer:
            settings |= {
                "bearer.auth.credentials.source": "STATIC_TOKEN",
                "bearer.auth.token": self._bearer,
                "bearer.auth.logical.cluster": self.logical_cluster,
            }
        elif self.auth:
            settings["basic.auth.user.info"] = self.auth
        return settings
