"""Scopes: where a line of the rules holds. Of several that fit the narrowest counts."""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote

from typing_extensions import override

PARTS = ("channel", "source", "account")
_MOST_CHARS = 200
_PLAIN = re.compile(r"[^\x00-\x1f\x7f-\x9f]*")


@dataclass(frozen=True, slots=True, order=True)
class Scope:
    """A channel, a source, an account, or several of them; empty ones mean any.

    An account is the seller's account at the source (a shop, a merchant), or the one
    that the source is set up for.
    """

    channel: str = ""
    source: str = ""
    account: str = ""

    @property
    def rank(self) -> int:
        """How narrow it is: an account counts before a source, that before a channel.

        Of the scopes that cover the same order no two have the same rank.
        """
        return 4 * bool(self.account) + 2 * bool(self.source) + bool(self.channel)

    def covers(self, other: "Scope") -> bool:
        """Whether all of the other lies within this one."""
        return (
            self.channel in {"", other.channel}
            and self.source in {"", other.source}
            and self.account in {"", other.account}
        )

    @override
    def __str__(self) -> str:
        """`everywhere`, or `channel x12, account A-7`."""
        parts = [f"{name} {value}" for name, value in self.pairs()]
        return ", ".join(parts) or "everywhere"

    def pairs(self) -> list[tuple[str, str]]:
        """Those of its parts that are given, by name."""
        values = (self.channel, self.source, self.account)
        return [(n, v) for n, v in zip(PARTS, values, strict=True) if v]


EVERYWHERE = Scope()


def scope_fault(scope: Scope) -> str | None:
    """Why this cannot be a scope; None if it can."""
    for name, value in scope.pairs():
        if len(value) > _MOST_CHARS or not _PLAIN.fullmatch(value):
            return f"{name}: one line of at most {_MOST_CHARS} characters is expected"
    return None


def key_of(rule: str, scope: Scope) -> str:
    """The key of a line: `order-total`, or `order-total@channel=x12&account=A-7`."""
    parts = [f"{name}={quote(value, safe='')}" for name, value in scope.pairs()]
    return f"{rule}@{'&'.join(parts)}" if parts else rule


def read_key(key: str) -> tuple[str, Scope] | None:
    """The rule and scope of a line's key; None if it is none."""
    rule, at, rest = key.partition("@")
    found: dict[str, str] = {}
    for part in rest.split("&") if at else ():
        name, _, value = part.partition("=")
        if name not in PARTS or not value or name in found:
            return None
        found[name] = unquote(value)
    return rule, Scope(**found)
