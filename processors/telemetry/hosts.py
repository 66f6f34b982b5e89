"""Whether a request is meant for us: the pages of a process are asked by machines.

A web page lets a name of its own point here, and any browser that can reach us would
read it our metrics (DNS rebinding). Such a name is one of the public DNS.
"""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

_NEVER_PUBLIC = (".localhost", ".local", ".internal", ".svc", ".home.arpa")
"""Names under these are nobody's to register (RFC 6761, 6762, 8375; Kubernetes)."""


def is_meant(host: str, names: Collection[str]) -> bool:
    """Say if `host`, a Host header, is an address, a name inside, or one of `names`."""
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    if name in names or "." not in name.strip("."):
        return bool(name)
    try:
        ip_address(name)
    except ValueError:
        return name.endswith(_NEVER_PUBLIC)
    return True
