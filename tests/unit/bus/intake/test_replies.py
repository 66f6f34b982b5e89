"""Pings and challenges are answered, and nothing that could be an order is one."""

import hashlib
import json

import pytest

from bus.intake.channels.answers import Answering, Challenge, ChallengeKind, Ping, Said
from bus.intake.receiving.replies import Came, challenged, pinged, shaken
from bus.intake.sources import Answers, parse_source

SOURCE = parse_source(
    {"id": "shop", "channel": "shop", "settings": {"token": "tok-en"}, "rate": 0.5}
)
URL = "https://in.example/in/shop"


def ping(**fields: str) -> Answering:
    """A channel with one ping."""
    words = {"method": "POST", "form": "", "header": "", "contains": "", **fields}
    return Answering(pings=(Ping(**words, said=Said(200, "pong")),))


@pytest.mark.parametrize(
    ("body", "is_ping"),
    [
        (b"webhook_id=17", True),
        (b"webhook_id=", False),
        (b"webhook_id=17&webhook_id=18", False),
        (b"webhook_id=17&order=1", False),
        (b'{"webhook_id": 17}', False),
        (b"", False),
        (b"webhook_id=" + b"1" * 2_000, False),
        (b"webhook_id=\xff", False),
    ],
)
def test_a_form_is_a_ping_if_it_is_nothing_else(body: bytes, is_ping: bool) -> None:  # noqa: FBT001 - expected
    """Its one field, and short."""
    came = Came("POST", {}, body=body)
    found = pinged(ping(form="webhook_id"), came, verified=False)
    assert (found is not None) is is_ping


def test_what_is_found_in_a_body_has_to_be_verified() -> None:
    """Anybody could write it."""
    came = Came("POST", {}, body=b"<ProfileRequest/>")
    answering = ping(contains="<ProfileRequest")
    assert pinged(answering, came, verified=False) is None
    assert pinged(answering, came, verified=True) is not None
    other = Came("POST", {}, body=b"<OrderRequest/>")
    assert pinged(answering, other, verified=True) is None


def test_pings_by_header_and_method() -> None:
    """With a value, or with any."""
    answering = ping(header="X-Event: ping", method="GET")
    assert pinged(answering, Came("GET", {"x-event": "ping"}), verified=False)
    assert not pinged(answering, Came("GET", {"x-event": "order"}), verified=False)
    assert not pinged(answering, Came("POST", {"x-event": "ping"}), verified=False)
    assert pinged(ping(header="X-Any"), Came("POST", {"x-any": ""}), verified=False)


def test_echo() -> None:
    """The text alone comes back, to who knows the token."""
    echo = Challenge(ChallengeKind.ECHO, "hub.challenge", "hub.verify", "token")
    query = {"hub.challenge": "a1-b2", "hub.verify": "tok-en"}
    found = challenged(echo, SOURCE, Came("GET", {}, query))
    assert found is not None
    assert (found.said.status, found.said.body) == (200, "a1-b2")
    wrong = {**query, "hub.verify": "guess"}
    refused = challenged(echo, SOURCE, Came("GET", {}, wrong))
    assert refused is not None
    assert (refused.said.status, refused.said.body) == (403, "")
    assert challenged(echo, SOURCE, Came("GET", {}, {})) is None
    assert challenged(echo, SOURCE, Came("POST", {}, query)) is None
    for text in ("<script>", "a" * 1_001, "ä", "a\nb"):
        asked = Came("GET", {}, {**query, "hub.challenge": text})
        assert challenged(echo, SOURCE, asked) is None


def test_hash() -> None:
    """Of the code, the token and the address."""
    kind = Challenge(ChallengeKind.HASH, "code", setting="token", field="answer")
    found = challenged(kind, SOURCE, Came("GET", {}, {"code": "c0de"}, url=URL))
    assert found is not None
    wanted = hashlib.sha256(f"c0detok-en{URL}".encode()).hexdigest()
    assert json.loads(found.said.body) == {"answer": wanted}


def test_handshake() -> None:
    """Who asks may send, at the source's rate; CloudEvents' words."""
    shakes = Challenge(ChallengeKind.HANDSHAKE)
    asked = Came("OPTIONS", {"webhook-request-origin": "bus.example"})
    found = challenged(shakes, SOURCE, asked)
    assert found is not None
    assert found.headers["WebHook-Allowed-Origin"] == "bus.example"
    assert found.headers["WebHook-Allowed-Rate"] == "30"
    assert challenged(shakes, SOURCE, Came("OPTIONS", {})) is None
    assert challenged(None, SOURCE, asked) is None


def test_a_signed_challenge_of_orderbus() -> None:
    """Its text alone is the answer; an order that names the type is none."""
    shakes = Challenge(ChallengeKind.HANDSHAKE)

    def asked(document: object) -> Came:
        return Came("POST", {}, body=json.dumps(document).encode())

    good = {"type": "orderbus.verification", "data": {"challenge": "c-1"}}
    found = shaken(shakes, asked(good))
    assert found is not None
    assert found.said.body == "c-1"
    for other in (
        {"type": "order.created", "data": {"challenge": "orderbus.verification"}},
        {"type": "orderbus.verification", "data": {}},
        {"type": "orderbus.verification", "data": {"challenge": 7}},
        ["orderbus.verification"],
    ):
        assert shaken(shakes, asked(other)) is None
    assert shaken(shakes, Came("POST", {}, body=b"{orderbus.verification")) is None
    assert shaken(None, asked(good)) is None


def test_a_source_has_the_last_word() -> None:
    """On status, pause, and whether it tries again."""
    answering = Answering(retries=True)
    assert answering.of(Answers()) == answering
    own = Answers(ok_status=204, overload_status=429, retry_after_s=3, retries=False)
    changed = answering.of(own)
    assert changed.ok.status == 204
    assert (changed.overload.status, changed.overload.retry_after_s) == (429, 3)
    assert not changed.retries
