"""Where jars come from: jgo's Maven repositories, a company's mirror first.

jgo comes with the extra `embedded` and takes a while to load, so this module is
imported by the first download only.
"""

from collections.abc import Iterator

import requests
from jgo.config import GlobalSettings
from jgo.maven import MavenContext
from jgo.util import http

_CHUNK = 1 << 16
_CONNECT_S = 10
_READ_S = 30


class TransferError(Exception):
    """A file did not arrive; the message says why, without the address."""


def repositories() -> tuple[str, ...]:
    """Base addresses in the order to try them.

    Those of the `[repositories]` section of jgo's settings file come first.
    """
    mirrors = GlobalSettings.load().repositories.values()
    return (*mirrors, *MavenContext().remote_repos.values())


def chunks(repository: str, path: str) -> Iterator[bytes]:
    """The content of one file.

    Raises:
        TransferError: at any moment.
    """
    url = f"{repository.rstrip('/')}/{path}"
    try:
        with http.get(url, stream=True, timeout=(_CONNECT_S, _READ_S)) as response:
            response.raise_for_status()
            yield from response.iter_content(_CHUNK)
    except requests.HTTPError as error:
        status = error.response.status_code
        raise TransferError(f"the repository answered {status}") from error
    except requests.exceptions.SSLError as error:
        raise TransferError(
            "the repository's certificate is not trusted here; where a proxy puts its"
            " own in place, name its authority's file: REQUESTS_CA_BUNDLE=FILE"
        ) from error
    except requests.RequestException as error:
        kind = type(error).__name__
        raise TransferError(f"no connection to the repository ({kind})") from error
