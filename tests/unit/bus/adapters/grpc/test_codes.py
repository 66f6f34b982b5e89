"""The table of gRPC's status codes leaves none out, and says what each means."""

import grpc
import pytest

from bus.adapters.grpc.codes import MEANINGS, TOO_LARGE, Sense, judge
from bus.adapters.grpc.hints import Hints
from bus.adapters.grpc.unreached import Call
from bus.delivery.delivery import (
    Accepted,
    Failed,
    Outcome,
    Refused,
    Throttled,
    Unreachable,
)
from bus.ports import NoAnswerKind

Code = grpc.StatusCode
NO_HINTS = Hints()
NOBODY = (
    "failed to connect to all addresses; last error: UNAVAILABLE: ipv4:10.1.2.3:443: {}"
)
DIALLED = Call(addresses=("10.1.2.3", "10.1.2.4"), port=443)


def test_no_code_is_left_out() -> None:
    """A code that a newer library brings has to be given its meaning here."""
    assert set(MEANINGS) == set(grpc.StatusCode)


@pytest.mark.parametrize(
    ("sense", "codes"),
    [
        (Sense.ACCEPTED, {"OK", "ALREADY_EXISTS"}),
        (
            Sense.REFUSED,
            {
                *("INVALID_ARGUMENT", "FAILED_PRECONDITION", "OUT_OF_RANGE"),
                *("NOT_FOUND", "UNIMPLEMENTED"),
                *("PERMISSION_DENIED", "UNAUTHENTICATED"),
            },
        ),
        (Sense.THROTTLED, {"RESOURCE_EXHAUSTED"}),
        (
            Sense.FAILED,
            {"ABORTED", "INTERNAL", "UNKNOWN", "DATA_LOSS", "UNAVAILABLE"},
        ),
        (Sense.UNREACHABLE, {"DEADLINE_EXCEEDED", "CANCELLED"}),
    ],
)
def test_promised_meanings(sense: Sense, codes: set[str]) -> None:
    """The promise to partners, as docs/sinks/grpc.md has it."""
    found = {code.name for code, meaning in MEANINGS.items() if meaning.sense is sense}
    assert found == codes


@pytest.mark.parametrize(
    ("code", "details", "outcome"),
    [
        (Code.ALREADY_EXISTS, "had it", Accepted(200)),
        (Code.NOT_FOUND, "no shop", Refused(404, "NOT_FOUND no shop")),
        (Code.RESOURCE_EXHAUSTED, "", Throttled(429, None, "RESOURCE_EXHAUSTED")),
        (Code.INTERNAL, "oops", Failed(500, None, "INTERNAL oops")),
        (
            Code.UNAVAILABLE,
            "in maintenance",
            Failed(503, None, "UNAVAILABLE in maintenance"),
        ),
        (
            Code.RESOURCE_EXHAUSTED,
            "SERVER: Received message larger than max (2003 vs. 1000)",
            Refused(
                TOO_LARGE,
                "RESOURCE_EXHAUSTED SERVER: Received message larger than max"
                " (2003 vs. 1000)",
            ),
        ),
        (
            Code.RESOURCE_EXHAUSTED,
            "gRPC message exceeds maximum size 4: 5",
            Refused(
                TOO_LARGE, "RESOURCE_EXHAUSTED gRPC message exceeds maximum size 4: 5"
            ),
        ),
    ],
)
def test_answers(code: grpc.StatusCode, details: str, outcome: Outcome) -> None:
    """What an endpoint said is an outcome with HTTP's status and its own words."""
    assert judge(code, details, NO_HINTS) == outcome


@pytest.mark.parametrize(
    ("code", "details", "kind"),
    [
        (Code.DEADLINE_EXCEEDED, "Deadline Exceeded", NoAnswerKind.TIMEOUT),
        (Code.CANCELLED, "Locally cancelled", NoAnswerKind.RESET),
        (
            Code.UNAVAILABLE,
            NOBODY.format("Failed to connect to remote host"),
            NoAnswerKind.CONNECT,
        ),
        (
            Code.UNAVAILABLE,
            NOBODY.format("Ssl handshake failed: CERTIFICATE_VERIFY_FAILED"),
            NoAnswerKind.TLS,
        ),
        (
            Code.UNAVAILABLE,
            NOBODY.format("Failed parsing HTTP/2 (Expected SETTINGS frame)"),
            NoAnswerKind.PROTOCOL,
        ),
        (Code.UNAVAILABLE, "Socket closed", NoAnswerKind.RESET),
        (Code.UNAVAILABLE, "recvmsg:Connection reset by peer", NoAnswerKind.RESET),
        (
            Code.UNAVAILABLE,
            "Stream removed (recvmsg:Connection reset by peer (104))",
            NoAnswerKind.RESET,
        ),
        (
            Code.RESOURCE_EXHAUSTED,
            "CLIENT: Received message larger than max (9 vs. 5)",
            NoAnswerKind.PROTOCOL,
        ),
        (
            Code.RESOURCE_EXHAUSTED,
            "received metadata size exceeds hard limit (32108 vs. 16384);  x:16033B",
            NoAnswerKind.PROTOCOL,
        ),
    ],
)
def test_nobody_reached(
    code: grpc.StatusCode, details: str, kind: NoAnswerKind
) -> None:
    """The library's own words become a kind, and no address in them is told."""
    outcome = judge(code, details, NO_HINTS, DIALLED)

    assert isinstance(outcome, Unreachable)
    assert outcome.kind == kind
    assert "10.1.2.3" not in outcome.detail


@pytest.mark.parametrize(
    "call",
    [
        Call(addresses=("10.1.2.9",), port=443),
        Call(addresses=("10.1.2.3",), port=444),
        Call(answered=True, addresses=("10.1.2.3",), port=443),
    ],
)
def test_the_words_of_another_call(call: Call) -> None:
    """Of an address that we did not dial, or with trailers, only a server speaks."""
    said = NOBODY.format("Failed to connect to remote host")

    assert isinstance(judge(Code.UNAVAILABLE, said, NO_HINTS, call), Failed)


def test_details_are_one_short_line() -> None:
    """What an endpoint says reaches no terminal with escapes, nor at length."""
    outcome = judge(Code.NOT_FOUND, "a\x1b[31m\n" + "b" * 1000, NO_HINTS)

    assert isinstance(outcome, Refused)
    assert outcome.detail.isprintable()
    assert len(outcome.detail) == 200
