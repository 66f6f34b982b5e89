"""The session's cookie: its name, where it goes, when it is let go.

Over TLS it is `__Host-orderbus`: set by this host alone, for all of it, never sent in
plain text. On loopback without TLS it is plain `orderbus-<port>`, since not every
browser takes a `Secure` cookie there, and hosts share cookies among their ports.
"""

import re
from http.cookies import CookieError, SimpleCookie

_PORT = re.compile(r":([0-9]{1,5})$", re.ASCII)
_REST = "Path=/; HttpOnly; SameSite=Lax"


def name_for(host: str, *, secure: bool) -> str:
    """The name of the cookie, for whoever came by this Host header."""
    if secure:
        return "__Host-orderbus"
    port = _PORT.search(host)
    return f"orderbus-{port[1]}" if port else "orderbus"


def value_in(header: str, name: str) -> str:
    """What a Cookie header says under a name; empty if it does not."""
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return ""
    return found.value if found is not None else ""


def written(name: str, value: str) -> str:
    """The Set-Cookie header; the browser forgets it when it is closed."""
    secure = "; Secure" if name.startswith("__Host-") else ""
    return f'{name}="{value}"; {_REST}{secure}'


def forgotten(name: str) -> str:
    """The Set-Cookie header that ends it."""
    secure = "; Secure" if name.startswith("__Host-") else ""
    return f"{name}=; Max-Age=0; {_REST}{secure}"
