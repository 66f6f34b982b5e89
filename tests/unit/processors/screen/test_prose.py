"""Sentences on terminals of any width."""

import pytest

from processors.screen.prose import titled

TEXT = "Write with bus.Producer, or take 0198c0ff-4a54-4b6e-9d5e-0d0a7a8c9d11 away."


@pytest.mark.parametrize("width", [200, 80, 60, 40, 30, 1])
def test_words_stay_whole(width: int) -> None:
    """Ids too, even where they are wider than the terminal."""
    lines = list(titled("what to do", TEXT, 14, width))
    assert " ".join(line[14:] for line in lines) == TEXT
    assert lines[0].startswith("what to do    Write")
    assert all(line.startswith(" " * 14) for line in lines[1:])


def test_a_pipe_gets_one_line() -> None:
    """Whatever its length; and nothing in it acts."""
    assert list(titled("a", f"{TEXT}\n\x1b", 4, None)) == [rf"a   {TEXT}\n\x1b"]
    assert list(titled("a", "", 4, 80)) == ["a   "]
