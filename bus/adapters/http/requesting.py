"""The first lines of a request, as every sender of ours writes them."""

from urllib.parse import SplitResult

PORTS = {"http": 80, "https": 443}


def request_start(parts: SplitResult, method: str = "POST") -> str:
    """The request line and the host line of a request to this URL."""
    path = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path
    port = parts.port or PORTS[parts.scheme]
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    authority = shown if port == PORTS[parts.scheme] else f"{shown}:{port}"
    return f"{method} {path or '/'} HTTP/1.1\r\nhost: {authority}\r\n"
