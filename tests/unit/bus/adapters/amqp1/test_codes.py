"""The table of AMQP 1.0's conditions leaves nothing out."""

import asyncio
import ssl

import pytest

from bus.adapters.amqp1.codec import Garbled
from bus.adapters.amqp1.codes import (
    CONDITIONS,
    OUTCOMES,
    SIGNING_IN,
    Sense,
    judge,
    outcome_of,
    settled,
)
from bus.adapters.amqp1.said import Fault, State
from bus.adapters.amqp1.wire import Ended, NotLetIn
from bus.delivery.delivery import (
    Accepted,
    Failed,
    Outcome,
    Refused,
    Throttled,
    Unreachable,
)
from bus.ports import NoAnswerKind

STANDARD = {
    # OASIS AMQP 1.0, part 2, 2.8.15: amqp-error
    *("amqp:internal-error", "amqp:not-found", "amqp:unauthorized-access"),
    *("amqp:decode-error", "amqp:resource-limit-exceeded", "amqp:not-allowed"),
    *("amqp:invalid-field", "amqp:not-implemented", "amqp:resource-locked"),
    *("amqp:precondition-failed", "amqp:resource-deleted", "amqp:illegal-state"),
    "amqp:frame-size-too-small",
    # 2.8.16: connection-error
    *("amqp:connection:forced", "amqp:connection:framing-error"),
    "amqp:connection:redirect",
    # 2.8.17: session-error
    *("amqp:session:window-violation", "amqp:session:errant-link"),
    *("amqp:session:handle-in-use", "amqp:session:unattached-handle"),
    # 2.8.18: link-error
    *("amqp:link:detach-forced", "amqp:link:transfer-limit-exceeded"),
    *("amqp:link:message-size-exceeded", "amqp:link:redirect", "amqp:link:stolen"),
}
"""All conditions of the standard, but for transactions, which we do not begin."""


def test_no_condition_is_left_out() -> None:
    """Each has its meaning, and nothing else claims to be the standard's."""
    assert {name for name in CONDITIONS if name.startswith("amqp:")} == STANDARD
    assert set(SIGNING_IN) == {1, 2, 3, 4}
    assert set(OUTCOMES) == {0x24, 0x25, 0x26, 0x27}


@pytest.mark.parametrize(
    ("sense", "found"),
    [
        (
            Sense.THROTTLED,
            {
                *("amqp:resource-limit-exceeded", "amqp:link:transfer-limit-exceeded"),
                "com.microsoft:server-busy",
            },
        ),
        (
            Sense.FAILED,
            {
                *("amqp:internal-error", "amqp:resource-locked", "amqp:illegal-state"),
                *("amqp:connection:forced", "amqp:connection:framing-error"),
                *("amqp:session:window-violation", "amqp:session:errant-link"),
                *("amqp:session:handle-in-use", "amqp:session:unattached-handle"),
                *("amqp:link:detach-forced", "amqp:link:stolen"),
                *("com.microsoft:timeout", "com.microsoft:operation-cancelled"),
            },
        ),
    ],
)
def test_promised_meanings(sense: Sense, found: set[str]) -> None:
    """The promise to partners, as docs/sinks/amqp1.md has it; all others refuse."""
    assert {name for name, one in CONDITIONS.items() if one.sense is sense} == found


@pytest.mark.parametrize(
    ("state", "over", "outcome"),
    [
        (State(0x24), True, Accepted(200)),
        (State(0x25), True, Failed(500, None, "REJECTED without a reason")),
        (
            State(0x25, Fault("amqp:not-allowed", "not you")),
            True,
            Refused(403, "amqp:not-allowed not you"),
        ),
        (State(0x25, Fault("acme:odd", "")), True, Refused(400, "acme:odd")),
        (
            State(0x25, Fault("amqp:resource-limit-exceeded", "full")),
            True,
            Throttled(429, None, "amqp:resource-limit-exceeded full"),
        ),
        (State(0x26), True, Failed(503, None, "RELEASED it was not taken")),
        (State(0x27), True, Failed(500, None, "MODIFIED it could not be delivered")),
        (
            State(0x27, elsewhere=True),
            True,
            Refused(400, "MODIFIED it is not to be sent here again"),
        ),
        (State(0), False, None),
        (None, False, None),
        (None, True, Failed(500, None, "it was settled without an outcome")),
    ],
)
def test_outcomes(state: State | None, outcome: Outcome | None, *, over: bool) -> None:
    """What a receiver says of a message is an outcome, once it has decided."""
    assert settled(state, over=over) == outcome


LARGER = "message size 7 is larger than configured max size 6"
RESET = Unreachable(NoAnswerKind.RESET, "closed before there was an outcome")


@pytest.mark.parametrize(
    ("error", "blamed", "outcome"),
    [
        (Ended(None), True, RESET),
        (None, True, RESET),
        (asyncio.CancelledError(), True, RESET),
        (Ended(Fault("acme:odd", "x")), True, Failed(500, None, "acme:odd x")),
        (
            Ended(Fault("amqp:link:message-size-exceeded", "")),
            True,
            Refused(413, "amqp:link:message-size-exceeded"),
        ),
        (Ended(Fault("amqp:link:message-size-exceeded", "")), False, RESET),
        (
            Ended(Fault("amqp:decode-error", "at 7")),
            True,
            Refused(400, "amqp:decode-error at 7"),
        ),
        (Ended(Fault("amqp:decode-error", "at 7")), False, RESET),
        (
            Ended(Fault("amqp:connection:forced", "")),
            False,
            Failed(503, None, "amqp:connection:forced"),
        ),
        (
            Ended(Fault("amqp:precondition-failed", f"X - {LARGER}")),
            True,
            Refused(413, f"amqp:precondition-failed X - {LARGER}"),
        ),
        (NotLetIn(1), True, Refused(401, "SASL name or password are wrong")),
        (
            NotLetIn(None),
            True,
            Refused(401, "SASL it offers no way of signing in that we have"),
        ),
        (
            NotLetIn(77),
            True,
            Failed(503, None, "SASL its way of signing in is out of order for good"),
        ),
    ],
)
def test_ends(error: BaseException | None, outcome: Outcome, *, blamed: bool) -> None:
    """What ends a connection, a session or a link has its meaning for each message."""
    assert outcome_of(error, blamed=blamed) == outcome


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (TimeoutError(), NoAnswerKind.TIMEOUT),
        (ssl.SSLError(1, "secret"), NoAnswerKind.TLS),
        (ConnectionRefusedError("10.1.2.3"), NoAnswerKind.CONNECT),
        (OSError("10.1.2.3"), NoAnswerKind.CONNECT),
        (ConnectionResetError(), NoAnswerKind.RESET),
        (asyncio.IncompleteReadError(b"", 8), NoAnswerKind.RESET),
        (Garbled(), NoAnswerKind.PROTOCOL),
        (KeyError("odd"), NoAnswerKind.PROTOCOL),
    ],
)
def test_nobody_reached(error: Exception, kind: NoAnswerKind) -> None:
    """Errors become a kind, and nothing in them is told."""
    outcome = outcome_of(error)
    assert isinstance(outcome, Unreachable)
    assert outcome.kind == kind
    assert "10.1.2.3" not in outcome.detail
    assert "secret" not in outcome.detail


def test_what_is_no_amqp() -> None:
    """It is told what is wrong, in words of our own."""
    outcome = outcome_of(Garbled("it breaks off"))
    why = "not an AMQP 1.0 peer: it breaks off"
    assert outcome == Unreachable(NoAnswerKind.PROTOCOL, why)


def test_details_are_one_short_line() -> None:
    """What a broker says reaches no terminal with escapes, nor at length."""
    outcome = judge(Fault("amqp:not-found", "a\x1b[31m\n" + "b" * 1000))
    assert isinstance(outcome, Refused)
    assert outcome.detail.isprintable()
    assert len(outcome.detail) == 200
