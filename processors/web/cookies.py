"""The session's cookie: its name, where it goes, when it is let go.

Over TLS it is `__Host-orderbus`: set by this host alone, for all of it, never sent in
plain text. On loopback without TLS it is plain `orderbus-<port>`, since not every
browser takes a `Secure` cookie there, and hosts share cookies among their ports.

Where pages may be framed it is another one, which a browser sends from within a page of
another site as well, and keeps apart for each such site (`Partitioned`). Forms do not
rely on `SameSite`: see `forms`.
"""

import re
from http.cookies import CookieError, SimpleCookie

_PORT = re.compile(r":([0-9]{1,5})$", re.ASCII)
_ALL = "Path=/; HttpOnly"
_HOST, _FRAMED = "__Host-orderbus", "__Host-orderbus-framed"


def name_for(host: str, *, secure: bool, framed: bool = False) -> str:
    """The name of the cookie, for whoever came by this Host header."""
    if secure:
        return _FRAMED if framed else _HOST
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
    return f'{name}="{value}"; {_rest(name)}'


def forgotten(name: str) -> str:
    """The Set-Cookie header that ends it."""
    return f"{name}=; Max-Age=0; {_rest(name)}"


def _rest(name: str) -> str:
    if name == _FRAMED:
        return f"{_ALL}; SameSite=None; Secure; Partitioned"
    return f"{_ALL}; SameSite=Lax" + ("; Secure" if name == _HOST else "")
