"""Sentences on standard error: broken between words, in a pipe one line each."""

import pytest

from processors.screen.saying import say
from tests.unit.processors.cli.test_narrow import shown

SENTENCE = (
    "the endpoint of a-partner-with-a-long-name-of-44-letters-or-so cannot be reached"
    " from here: connection refused; say where it is, or take it away"
)
_SAY = f"""
from processors.screen.saying import say
say("bus subscriptions add:\\n  {SENTENCE}\\n\\n  Either\\x1b", err=True)
"""


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_a_terminal_gets_words_whole(columns: int) -> None:
    """What goes on stands further in; lines of the text stay lines; nothing acts."""
    first, *said, empty, last = shown(_SAY, "", columns)
    assert (first, empty, last) == ("bus subscriptions add:", "", r"  Either\x1b")
    assert " ".join(line.strip() for line in said) == SENTENCE
    assert said[0].startswith("  the")
    assert all(line.startswith("    ") for line in said[1:])
    assert [n for n in said if len(n) > columns and " " in n.strip()] == []


def test_a_pipe_gets_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """However long: whoever greps finds it."""
    say(SENTENCE, err=True)
    assert capsys.readouterr().err == f"{SENTENCE}\n"
