"""What counts as an endpoint's word that it wants events."""

import pytest

from bus.delivery.subscription import parse_subscription
from bus.ports import Answer, NoAnswer, NoAnswerKind, Reply
from bus.probing import Exchanged
from processors.subscriptions.proof import (
    How,
    Proof,
    Unproven,
    handshake_headers,
    proven,
    read_challenge,
    read_handshake,
)

ORIGIN = "events.example"
TEXT = "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyYmE"
ONE = parse_subscription({"id": "acme", "url": "https://a.example/", "types": ["*"]})


def said(status: int, **headers: str) -> Exchanged:
    """An answer to `OPTIONS`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Exchanged(status=status, headers=named, began=True, whole=True)


@pytest.mark.parametrize(
    ("seen", "proof"),
    [
        (said(200, webhook_allowed_origin="*"), Proof(How.HANDSHAKE)),
        (said(204, webhook_allowed_origin=ORIGIN), Proof(How.HANDSHAKE)),
        (said(200, webhook_allowed_origin="Events.Example "), Proof(How.HANDSHAKE)),
        (
            said(200, webhook_allowed_origin="*", webhook_allowed_rate="120"),
            Proof(How.HANDSHAKE, 2.0),
        ),
        (
            said(200, webhook_allowed_origin="*", webhook_allowed_rate="*"),
            Proof(How.HANDSHAKE),
        ),
        (
            said(200, webhook_allowed_origin="*", webhook_allowed_rate="0"),
            Proof(How.HANDSHAKE),
        ),
        (
            said(200, webhook_allowed_origin="*", webhook_allowed_rate="9" * 5_000),
            Proof(How.HANDSHAKE),
        ),
        (
            said(200, webhook_allowed_origin="*", webhook_allowed_rate="²"),
            Proof(How.HANDSHAKE),
        ),
    ],
)
def test_a_handshake(seen: Exchanged, proof: Proof) -> None:
    """Our origin or a star, and how many requests a minute."""
    assert read_handshake(seen, ORIGIN) == proof


@pytest.mark.parametrize(
    "seen",
    [
        said(200),
        said(200, access_control_allow_origin="*"),
        said(200, webhook_allowed_origin="other.example"),
        said(200, webhook_allowed_origin="x.events.example"),
        said(405, webhook_allowed_origin="*"),
        said(302, webhook_allowed_origin="*"),
        Exchanged(failure=NoAnswer(NoAnswerKind.TIMEOUT, "no answer")),
    ],
)
def test_no_handshake(seen: Exchanged) -> None:
    """CORS is none, a star in a refusal is none, somebody else's name is none."""
    proof = read_handshake(seen, ORIGIN)
    assert isinstance(proof, Unproven)
    assert proof.why.startswith("OPTIONS: ")


@pytest.mark.parametrize(
    "body", [TEXT, f" {TEXT}\n", f'{{"challenge": "{TEXT}"}}', f'"{TEXT}"']
)
def test_a_challenge(body: str) -> None:
    """Answered with itself, as text or as JSON."""
    assert read_challenge(Answer(200, None, body), TEXT) == Proof(How.CHALLENGE)


@pytest.mark.parametrize(
    "reply",
    [
        Answer(200),
        Answer(200, None, "ok"),
        Answer(200, None, TEXT[:-1]),
        Answer(200, None, f'{{"data": {{"challenge": "{TEXT}"}}}}'),
        Answer(200, None, f'{{"id": 1, "challenge": "{TEXT}"}}'),
        Answer(200, None, f"you sent {TEXT}"),
        Answer(401, None, TEXT),
        NoAnswer(NoAnswerKind.CONNECT, "connection refused"),
    ],
)
def test_no_challenge(reply: Reply) -> None:
    """An echo of the request, a part, a refusal, silence."""
    proof = read_challenge(reply, TEXT)
    assert isinstance(proof, Unproven)
    assert TEXT not in proof.why


def test_what_is_asked() -> None:
    """Who asks, at what rate, with what the endpoint wants to see."""
    asked = ONE.model_copy(update={"rate": 10.0, "headers": {"X-Key": "k"}})
    assert dict(handshake_headers(asked, ORIGIN)) == {
        "webhook-request-origin": ORIGIN,
        "webhook-request-rate": "600",
        "X-Key": "k",
    }


def test_what_follows() -> None:
    """Proven with the rate it said; else unproven, the rate as it was."""
    allowed = proven(ONE, Proof(How.HANDSHAKE, 2.0))
    assert (allowed.unproven, allowed.allowed_rate, allowed.limit) == (False, 2.0, 2.0)
    assert proven(allowed, Unproven("no")).allowed_rate == 2.0
    assert proven(allowed, Unproven("no")).unproven
    assert proven(allowed, Proof(How.CHALLENGE)).limit is None


@pytest.mark.parametrize(
    ("rate", "allowed", "limit"),
    [(None, None, None), (5, None, 5), (None, 3, 3), (5, 3, 3), (2, 3, 2)],
)
def test_the_lower_limit_counts(
    rate: float | None, allowed: float | None, limit: float | None
) -> None:
    """What the owner set, and what the endpoint takes."""
    one = ONE.model_copy(update={"rate": rate, "allowed_rate": allowed})
    assert one.limit == limit
