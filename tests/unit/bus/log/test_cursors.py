"""Cursors: opaque, of one question, never misread."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.errors import BadCursorError
from bus.log.cursors import Cursor, read, written
from bus.log.questions import AttemptQuestion

_LIKE = (int, str)
_ASKED = AttemptQuestion(outcomes=frozenset({"failed", "refused"}))


_NUMBERS = st.integers(-(2**63) + 1, 2**63 - 1)
_TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))


@given(_NUMBERS, _TEXTS, st.booleans())
def test_it_is_read_as_it_was_written(number: int, text: str, before: bool) -> None:  # noqa: FBT001
    """Whatever the key of a row holds, in characters that a URL takes as they are."""
    cursor = Cursor((number, text), before)
    said = written(cursor, _ASKED)
    assert said.replace("-", "").replace("_", "").isalnum()
    if len(said) <= 2_000:
        assert read(said, _ASKED, _LIKE) == cursor


def test_nothing_is_the_beginning() -> None:
    """The first page has no cursor."""
    assert read("", _ASKED, _LIKE) is None


@pytest.mark.parametrize(
    "said",
    [
        None,
        {},
        [],
        [2, "mark", 0, 1, "a"],
        [1, "mark", 0, 1, "a"],
        [1, "MARK", 2, 1, "a"],
        [1, "MARK", 0, 1],
        [1, "MARK", 0, "1", "a"],
        [1, "MARK", 0, True, "a"],
        [1, "MARK", 0, 1.5, "a"],
        [1, "MARK", 0, 2**63, "a"],
        [1, "MARK", 0, -(2**70), "a"],
        [1, "MARK", 0, 1, "\0"],
        [1, "MARK", 0, 1, "\ud800"],
    ],
    ids=str,
)
def test_anything_else_is_refused(said: object) -> None:
    """Another version, question, direction, or key; one that no row can have."""
    mark = json.loads(_decoded(written(Cursor((1, "a")), _ASKED)))[1]
    text = json.dumps(said).replace("MARK", mark)
    with pytest.raises(BadCursorError, match="begin without one"):
        read(urlsafe_b64encode(text.encode()).decode(), _ASKED, _LIKE)


def _decoded(said: str) -> bytes:
    return urlsafe_b64decode(said + "=" * (-len(said) % 4))


def test_the_order_within_a_set_is_no_other_question() -> None:
    """Python orders sets anew in each process."""
    other = AttemptQuestion(outcomes=frozenset(["refused", "failed"]))
    said = written(Cursor((1, "a")), _ASKED)
    assert read(said, other, _LIKE) == Cursor((1, "a"))
