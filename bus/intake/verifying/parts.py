"""What a signature covers: parts of a request, joined as the sender joined them."""

from binascii import crc32
from collections.abc import Mapping
from dataclasses import dataclass

from bus.intake.verifying.verdict import Signed

KINDS = ("body", "url", "crc32", "secret", "header:NAME", "pair:NAME", "=TEXT")


class AbsentError(Exception):
    """A part that is signed is not there."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of what is signed.

    `body`, `url`, the body's `crc32`, a header, a pair, a text, or the source's
    `secret`, where a key that is fetched signs it: it says whose webhook this is.
    """

    kind: str
    name: str = ""

    def read(self, signed: Signed, pairs: Mapping[str, str]) -> bytes:
        """Its bytes.

        Raises:
            AbsentError: It is not there.
        """
        match self.kind:
            case "body":
                return signed.body
            case "url":
                return signed.url.encode()
            case "crc32":
                return str(crc32(signed.body)).encode()
            case "secret":
                return signed.secret.encode()
            case "=":
                return self.name.encode()
            case kind:
                found = (signed.headers if kind == "header" else pairs).get(self.name)
                if found is None:
                    raise AbsentError(f"{self.name} is signed, and not there")
                return found.encode()

    @property
    def text(self) -> str:
        """For people."""
        if self.kind == "=":
            return f"{self.name!r}"
        return f"{self.kind} {self.name}" if self.name else self.kind


def read_part(text: str) -> Part | None:
    """The part that a text names, or None."""
    if text in {"body", "url", "crc32", "secret"}:
        return Part(text)
    if text.startswith("="):
        return Part("=", text[1:])
    kind, _, name = text.partition(":")
    known = kind in {"header", "pair"} and bool(name)
    return Part(kind, name.lower() if kind == "header" else name) if known else None


def joined(parts: tuple[Part, ...], signed: Signed, pairs: Mapping[str, str]) -> bytes:
    """The bytes that were signed.

    Raises:
        AbsentError: One of them is not there.
    """
    return b"".join(part.read(signed, pairs) for part in parts)


def described(parts: tuple[Part, ...]) -> str:
    """For people: `header webhook-id + '.' + body`."""
    return " + ".join(part.text for part in parts)


def pairs_of(text: str) -> list[tuple[str, str]]:
    """The pairs of `t=17,v1=ab,v1=cd`."""
    found = [piece.strip().partition("=") for piece in text.split(",")]
    return [(name, value) for name, equals, value in found if equals]
