"""Headers that a partner relies on, signatures among them."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bus.intake.verifying.verdict import Secret, Signed
from bus.migration.differing import Difference
from bus.migration.naming import Kind
from bus.migration.sent import Sent, Side
from bus.migration.terms import Reading, Terms

SPELLING = "spelling of headers"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def compare_headers(
    old: Sent, new: Sent, names: Sequence[str], used: set[str]
) -> Iterator[Difference]:
    """Compare the chosen headers."""
    for name in map(str.lower, names):
        left, right = old.headers.get(name), new.headers.get(name)
        if left == right or left is None:
            continue  # one that is new breaks nobody who reads the old ones
        at = f"header {name}"
        if right is None:
            yield Difference(Kind.HEADER_LOST, at, left, "(not there)")
        elif _plain(left) == _plain(right):
            used.add(SPELLING)
        else:
            yield Difference(Kind.HEADER, at, left, right)


def _plain(value: str) -> str:
    """Without case, spaces and quotes, as media types are compared."""
    parts = (part.strip() for part in value.casefold().replace('"', "").split(";"))
    return ";".join(parts)


def compare_signatures(
    old: Sent, new: Sent, terms: Terms, secrets: Mapping[Side, Sequence[Secret]]
) -> Iterator[Difference]:
    """Verify both signatures, each by its own scheme and secrets."""
    told = {
        Side.OLD: why_not_signed(old, terms.old, secrets.get(Side.OLD, ())),
        Side.NEW: why_not_signed(new, terms.new, secrets.get(Side.NEW, ())),
    }
    if told[Side.NEW] is not None or told[Side.OLD] is not None:
        left, right = (told[side] or "good" for side in Side)
        yield Difference(Kind.SIGNATURE, "signature", left, right)


def why_not_signed(
    sent: Sent, reading: Reading, secrets: Sequence[Secret]
) -> str | None:
    """Why a signature is not good; None: it is, or nothing says how to check it."""
    if reading.signing is None:
        return None
    now = _EPOCH + timedelta(milliseconds=sent.at_ms)
    signed = Signed(sent.body, sent.headers, "", now)
    verdict = reading.signing.verifier.verify(signed, secrets)
    return None if verdict.good else f"{verdict.reason}: {verdict.text}"
