"""The session's cookie: its name, where it goes, when it is let go.

Over TLS it is `__Host-orderbus`: set by this host alone, for all of it, never sent in
plain text. On loopback without TLS it is plain `orderbus-<port>`, since not every
browser takes a `Secure` cookie there, and hosts share cookies among their ports.

Where pages may be framed it is another one, which a browser sends from within a page of
another site as well, and keeps apart for each such site (`Partitioned`). Forms do not
rely on `SameSite`: see `forms`.
"""

import re

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
    """What a Cookie header says under a name; empty if it does not.

    Of several the last counts: ours is for all paths, browsers send it after others.
    Cookies of others on the same host may be anything; they keep nobody out.
    """
    found = ""
    for part in header.split(";"):
        told, _, value = part.strip(" \t").partition("=")
        if told == name:
            found = value
    quoted = len(found) > 1 and found[0] == found[-1] == '"'
    return found[1:-1] if quoted else found


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
