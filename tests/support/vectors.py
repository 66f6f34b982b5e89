"""The test vectors of `docs/verify`, made by our own signing code.

`python -m tests.support.vectors > docs/verify/vectors.tsv` writes them; a test holds
the file to them. A cell that is empty is a header that is not there.
"""

import sys
from base64 import b64encode
from collections.abc import Iterator
from typing import NamedTuple

from bus.webhook.signing import Signer, generate_secret, public_key

NOW = 1_795_435_200
ID = "5ceb153a-cfc2-4729-bd47-28fb3f305ee1"
BODY = '{"type":"order.created","order_id":"SO-1001","note":"Zoë ✓"}'.encode()
SECRET = generate_secret(bytes(range(32)))
OLD = generate_secret(bytes(range(100, 124)))
LONG = generate_secret(bytes(range(64)))
PRIVATE = generate_secret(bytes(range(32)), "v1a")
PUBLIC = public_key(PRIVATE)
OTHER_PRIVATE = generate_secret(bytes(range(1, 33)), "v1a")


class Vector(NamedTuple):
    """A request and whether it is to be accepted at a moment."""

    name: str
    expected: str
    secret: str
    id: str
    timestamp: str
    signature: str
    now: int = NOW
    body: bytes = BODY

    def line(self) -> str:
        """As a row of the file."""
        cells = (*self[:6], str(self.now), b64encode(self.body).decode())
        return "\t".join(cells)


def signed(
    *secrets: str, body: bytes = BODY, message_id: str = ID, at: int = NOW
) -> str:
    """The header that signs something with these."""
    schemes = [("v1a" if s.startswith("whsk_") else "v1", s, None) for s in secrets]
    return Signer(schemes).sign(message_id, at, body)


def _good() -> Iterator[Vector]:
    def good(name: str, signature: str, secret: str = SECRET, **more: object) -> Vector:
        found = Vector(name, "accept", secret, ID, str(NOW), signature)
        return found._replace(**more)  # type: ignore[arg-type]

    yield good("as it is sent", signed(SECRET))
    both = signed(OLD, SECRET)
    yield good("rotation, the new secret", both)
    yield good("rotation, the old secret", both, OLD)
    yield good("a secret of 64 bytes", signed(LONG), LONG)
    yield good("300 s old", signed(SECRET), now=NOW + 300)
    yield good("300 s early", signed(SECRET), now=NOW - 300)
    for name, body in (
        ("a body that is not UTF-8", b"\xff\xfe\x00<e>\xe9</e>"),
        ("an empty body", b""),
        ("a body of many lines", b"a\r\nb\n\nc\n"),
    ):
        yield good(name, signed(SECRET, body=body), body=body)
    unknown = f"v2,AAAA {signed(SECRET)} v9,AAAA"
    yield good("between signatures of other versions", unknown)
    mixed = signed(PRIVATE, SECRET)
    yield good("v1 beside v1a", mixed)
    yield good("v1a beside v1", mixed, PUBLIC)
    yield good("v1a", signed(PRIVATE), PUBLIC)
    body = b"\xff\x00"
    yield good("v1a, not UTF-8", signed(PRIVATE, body=body), PUBLIC, body=body)


def _changes(scheme: str, secret: str, header: str) -> dict[str, dict[str, object]]:
    """One fault each."""
    other = OLD if scheme == "v1" else OTHER_PRIVATE
    signature = header.partition(",")[2]
    not_utf8 = b"a\xffb"
    return {
        "one byte of the body changed": {"body": BODY.replace(b"1001", b"1002")},
        "a line end behind the body": {"body": BODY + b"\n"},
        "the body without its first byte": {"body": BODY[1:]},
        "a body read as text and written again": {
            "signature": signed(secret, body=not_utf8),
            "body": not_utf8.decode(errors="replace").encode(),
        },
        "another id": {"id": ID.replace("5c", "5d")},
        "another timestamp": {"timestamp": str(NOW + 1)},
        "a zero before the timestamp": {"timestamp": f"0{NOW}"},
        "a plus before the timestamp": {"timestamp": f"+{NOW}"},
        "a timestamp with a fraction": {"timestamp": f"{NOW}.0"},
        "a timestamp that is a word": {"timestamp": "now"},
        "a timestamp beyond all numbers": {"timestamp": "9" * 40},
        "301 s old": {"now": NOW + 301},
        "301 s early": {"now": NOW - 301},
        "signed with another secret": {"signature": signed(other)},
        "a header that was cut": {"signature": header[:-5]},
        "a header that was cut to its version": {"signature": f"{scheme},"},
        "a signature without its version": {"signature": signature},
        "of an unknown version": {"signature": f"v2,{signature}"},
        "something behind the signature": {"signature": f"{header}x"},
        "commas for blanks": {"signature": f"v1,AAAA,{header}"},
        "no signature": {"signature": ""},
        "no id": {"id": ""},
        "no timestamp": {"timestamp": ""},
        "no header": {"id": "", "timestamp": "", "signature": ""},
    }


def _bad() -> Iterator[Vector]:
    for scheme, secret, key in (("v1", SECRET, SECRET), ("v1a", PRIVATE, PUBLIC)):
        good = Vector("", "refuse", key, ID, str(NOW), signed(secret))
        for name, change in _changes(scheme, secret, good.signature).items():
            yield good._replace(name=f"{scheme}: {name}", **change)  # type: ignore[arg-type]
    yield Vector("v1a as v1", "refuse", SECRET, ID, str(NOW), signed(PRIVATE)[4:])
    named = "v1," + signed(PRIVATE).partition(",")[2]
    yield Vector("v1a named v1", "refuse", PUBLIC, ID, str(NOW), named)
    named = "v1a," + signed(SECRET).partition(",")[2]
    yield Vector("v1 named v1a", "refuse", SECRET, ID, str(NOW), named)


def vectors() -> list[Vector]:
    """All of them."""
    return [*_good(), *_bad()]


def text() -> str:
    """The file."""
    lines = ["\t".join(Vector._fields), *(vector.line() for vector in vectors())]
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(text())
