"""Is a webhook signed by who we think, and if not, why not: for those who write one.

A receiver in production answers 401 and says no more; here the reason is the point.
"""

import re
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass

from bus.webhook.signing import verify

TOLERANCE_S = 300
_SECONDS = re.compile(r"0|[1-9][0-9]{0,11}")  # as it was signed, to the byte
FOREVER = float("inf")
_BYTES = {"v1": 32, "v1a": 64}
_MOST_SIGNATURES = 20


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the signature is good; if not, `why` is one sentence for a person."""

    good: bool
    why: str = ""


GOOD = Verdict(good=True)


@dataclass(frozen=True, slots=True)
class Signed:
    """What of a request is signed, as it came; empty is not there."""

    id: str
    timestamp: str
    signature: str
    body: bytes


def judge_signature(
    signed: Signed,
    secrets: Sequence[str],
    now_s: float,
    tolerance_s: float = TOLERANCE_S,
) -> Verdict:
    """Say whether one of the signatures is by one of the secrets, or why not.

    What waited in a queue may be of any age: there `tolerance_s` is `FOREVER`.

    Raises:
        InvalidSubscriptionError: for a secret that is none.
    """
    missing = [
        name
        for name, value in (
            ("webhook-id", signed.id),
            ("webhook-timestamp", signed.timestamp),
            ("webhook-signature", signed.signature),
        )
        if not value
    ]
    if missing:
        named = " or ".join(filter(None, (", ".join(missing[:-1]), missing[-1])))
        return _bad(f"there is no {named} header")
    if not _SECONDS.fullmatch(signed.timestamp):
        return _bad("webhook-timestamp is no number of seconds since 1970")
    if signed.signature.count(" ") >= _MOST_SIGNATURES:
        return _bad(f"webhook-signature holds more than {_MOST_SIGNATURES} signatures")
    at_s = int(signed.timestamp)
    if not verify(
        signed.signature, signed.id, at_s, signed.body, secrets, at_s, FOREVER
    ):
        return _bad(_misfit(signed.signature, secrets))
    if abs(now_s - at_s) > tolerance_s:
        return _bad(_untimely(now_s - at_s))
    return GOOD


def _bad(why: str) -> Verdict:
    return Verdict(good=False, why=why)


def _untimely(age_s: float) -> str:
    minutes = f"{abs(age_s) / 60:.0f} minutes"
    if age_s > 0:
        return (
            f"it was signed {minutes} ago, and more than 5 are refused: replayed as it"
            " was, or a clock is wrong"
        )
    return f"it was signed {minutes} from now: a clock is wrong"


def _misfit(header: str, secrets: Sequence[str]) -> str:
    """Why none of the signatures is by one of the secrets."""
    wanted = {"v1" if secret.startswith("whsec_") else "v1a" for secret in secrets}
    given = [part.partition(",") for part in header.split(" ") if part]
    known = [(version, text) for version, _, text in given if version in wanted]
    if not known:
        schemes = " or ".join(sorted(wanted))
        return (
            f"there is no {schemes} signature in webhook-signature: the secret is for"
            " another scheme, or the header is not whole"
        )
    if not any(_whole(version, text) for version, text in known):
        return "the signature in webhook-signature is not whole: the header was cut"
    return (
        "no signature fits: it is by another secret, or the id, the timestamp or a"
        " byte of the body is not what was signed"
    )


def _whole(version: str, text: str) -> bool:
    try:
        return len(b64decode(text, validate=True)) == _BYTES[version]
    except ValueError:
        return False
