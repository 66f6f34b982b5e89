"""What both senders say alike: excerpts, details, refused headers."""

import ssl

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bus.adapters.http.reply import answer, excerpt, refused_header, user_agent, why
from bus.ports import Answer, NoAnswer


@given(st.binary(max_size=2000))
def test_excerpt_is_short_and_printable(body: bytes) -> None:
    """Whatever the body, its excerpt can be shown anywhere."""
    text = excerpt(body)

    assert len(text) <= 200
    assert text.isprintable()


def test_excerpt_of_text() -> None:
    """Text stays as it is, but for line breaks."""
    assert excerpt('{"error": "zu früh"}'.encode()) == '{"error": "zu früh"}'
    assert excerpt(b"a\r\nb\x1b[31m") == "a  b [31m"


@given(st.lists(st.tuples(st.text(max_size=5), st.text(max_size=10))))
def test_no_header_can_split_a_request(headers: list[tuple[str, str]]) -> None:
    """What passes holds no character that ends a line."""
    if refused_header(headers) is None:
        text = "".join(name + value for name, value in headers)
        assert not {"\r", "\n", "\0"}.intersection(text)


@given(st.text(max_size=20), st.text(max_size=20))
def test_refusal_never_repeats_a_value(name: str, value: str) -> None:
    """A refusal names the header at most."""
    assume("secret" not in name)
    refusal = refused_header([(name, f"secret{value}\n")])

    assert refusal
    assert "secret" not in refusal


@pytest.mark.parametrize(("status", "fine"), [(99, False), (100, True), (599, True)])
def test_status(status: int, *, fine: bool) -> None:
    """Only statuses of HTTP are answers."""
    assert isinstance(answer(status, None, b""), Answer if fine else NoAnswer)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ConnectionRefusedError(111, "secret"), "connection refused"),
        (ssl.SSLError(1, "secret"), ""),
        (ValueError("secret"), ""),
    ],
)
def test_detail_is_not_the_errors_text(error: BaseException, text: str) -> None:
    """An error's own text could hold a URL; only the system's words are told."""
    assert why(error) == text


def test_user_agent() -> None:
    """Partners see who posts."""
    assert user_agent().startswith("Orderbus")
