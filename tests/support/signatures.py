"""A verifier as a channel declares it, and what it says."""

from datetime import UTC, datetime

from bus.intake.channels.shape import Block
from bus.intake.channels.verifiers import read_verifier
from bus.intake.verifying.verdict import Secret, Signed, Verdict, Verifier
from bus.intake.yamltree import Problems, read_yaml

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
URL = "https://bus.example.com/in/x"
BODY = b'{"id": 820982911946154508, "total": "19.90"}'


def declared(text: str) -> Verifier:
    """The verifier that these lines declare."""
    problems = Problems("channel.yaml")
    verifier = read_verifier(Block(read_yaml(text, problems), "verify", problems))
    assert problems.found == []
    return verifier


def verdict(
    verifier: Verifier,
    headers: dict[str, str],
    *secrets: str,
    body: bytes = BODY,
    now: datetime = NOW,
    url: str = URL,
) -> Verdict:
    """What it says with secrets that are named s1, s2 and so on."""
    live = [Secret(f"s{n}", value) for n, value in enumerate(secrets, 1)]
    return verifier.verify(Signed(body, headers, url, now), live)
