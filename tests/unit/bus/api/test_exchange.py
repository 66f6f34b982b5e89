"""What is tried again and when, without any network."""

from collections.abc import Generator, Mapping, Sequence
from decimal import Decimal

import pytest

from bus.api.errors import (
    ApiError,
    ConflictError,
    InvalidError,
    NotFoundError,
    TooManyRequestsError,
    UnavailableError,
    UnreachableError,
)
from bus.api.exchange import (
    Answer,
    Call,
    Lost,
    Patience,
    Pause,
    Request,
    converse,
    json_of,
    segment,
)
from bus.errors import OrderbusError

WHERE = "https://bus.example"
GET: Call[object] = Call("GET", "/v1/status")
KEYED: Call[object] = Call("POST", "/v1/events", body={}, key="k-1")
PATCH: Call[object] = Call("PATCH", "/v1/subscriptions/a", body={}, if_match='"1"')
GOOD = Answer(200, {}, b"{}")
SENT, UNSENT = Lost("broke off", unsent=False), Lost("refused", unsent=True)


def answer(
    status: int, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> Answer:
    """An answer of the API's."""
    return Answer(status, headers or {}, body)


def play(
    call: Call[object], *told: Answer | Lost, patience: Patience | None = None
) -> tuple[Answer, Sequence[float]]:
    """Have a conversation; return its end, and how long it paused each time."""
    talk: Generator[Request | Pause, Answer | Lost | None, Answer]
    talk = converse(call, WHERE, patience or Patience(), jitter=1.0)
    pauses: list[float] = []
    left = list(told)
    step = next(talk)
    try:
        while True:
            if isinstance(step, Pause):
                pauses.append(step.seconds)
                step = talk.send(None)
            else:
                step = talk.send(left.pop(0))
    except StopIteration as end:
        assert not left
        return end.value, pauses


@pytest.mark.parametrize("told", [answer(503), answer(502), answer(408), SENT, UNSENT])
@pytest.mark.parametrize("call", [GET, KEYED])
def test_what_does_no_harm_twice_goes_again(
    call: Call[object], told: Answer | Lost
) -> None:
    """With growing pauses: reading, and what has an Idempotency-Key."""
    assert play(call, told, told, GOOD) == (GOOD, [0.25, 0.5])


def test_a_change_goes_again_only_where_it_cannot_have_been_done() -> None:
    """It had no connection, or was one too many."""
    assert play(PATCH, UNSENT, answer(429), GOOD) == (GOOD, [0.25, 0.5])
    with pytest.raises(UnreachableError):
        play(PATCH, SENT)
    with pytest.raises(UnavailableError):
        play(PATCH, answer(503))


def test_retry_after_is_waited_for() -> None:
    """In seconds, or until a date, by the clock of whoever answers."""
    day = "Sat, 28 Nov 2026 04:00:"
    dates = {"date": f"{day}00 GMT", "retry-after": f"{day}07 GMT"}
    told = [answer(429, headers={"retry-after": "3"}), answer(503, headers=dates)]
    assert play(GET, *told, GOOD) == (GOOD, [3.25, 7.25])


def test_a_long_retry_after_is_told_instead() -> None:
    """Whoever called decides about it."""
    with pytest.raises(TooManyRequestsError) as raised:
        play(GET, answer(429, headers={"retry-after": "600"}))
    assert raised.value.retry_after_s == 600


def test_it_ends_after_so_many_tries() -> None:
    """With the last answer."""
    with pytest.raises(UnreachableError, match=r"https://bus\.example gives no answer"):
        play(GET, UNSENT, UNSENT, patience=Patience(retries=1))


def test_the_same_request_still_running_is_waited_for() -> None:
    """Other conflicts are not."""
    running = answer(409, b'{"type": "/docs#problem-in-progress"}')
    assert play(KEYED, running, GOOD) == (GOOD, [0.25])
    with pytest.raises(ConflictError):
        play(KEYED, answer(409, b'{"type": "/docs#problem-conflict"}'))


def test_a_problem_is_told_whole() -> None:
    """Status, kind, what is wrong where, and the request's name."""
    body = (
        b'{"type": "/docs#problem-invalid", "title": "No", "detail": "x",'
        b' "errors": [{"pointer": "#/url", "detail": "missing"}], "request_id": "r-1"}'
    )
    with pytest.raises(InvalidError) as raised:
        play(KEYED, answer(422, body))
    error = raised.value
    assert (error.status, error.type) == (422, "/docs#problem-invalid")
    assert (error.title, error.detail, error.request_id) == ("No", "x", "r-1")
    assert error.errors == (("#/url", "missing"),)
    assert str(error) == "422 No: x\n  #/url: missing"


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"title": 7, "errors": 1}'])
def test_what_is_no_problem_document_says_its_status(body: bytes) -> None:
    """Something else than a gateway may answer there."""
    with pytest.raises(NotFoundError, match="404 Not Found: is this the address"):
        play(GET, answer(404, body))
    with pytest.raises(ApiError, match="leads to https://x/; give the one it ends at"):
        play(GET, answer(302, body, {"location": "https://x/?q=hush"}))
    with pytest.raises(ApiError, match="speaks no JSON"):
        json_of(answer(200, b"<html>"))


def test_what_is_sent() -> None:
    """Names in a path stay in it, decimals are texts, what is None is left out."""
    call: Call[object] = Call(
        "POST",
        f"/v1/{segment('a/b?c')}",
        query={"dry_run": True, "since": None, "limit": 2},
        body={"price": Decimal("1.10")},
        key="k",
    )
    request = next(converse(call, WHERE, Patience(), 0))
    assert isinstance(request, Request)
    assert request.path == "/v1/a%2Fb%3Fc"
    assert request.query == {"dry_run": "true", "limit": "2"}
    assert request.content == b'{"price":"1.10"}'
    assert request.headers["Idempotency-Key"] == "k"


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_a_name_leads_to_no_other_path(name: str) -> None:
    """Nor to none."""
    with pytest.raises(OrderbusError, match="is no id"):
        segment(name)
