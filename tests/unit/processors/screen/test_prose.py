"""Sentences on terminals of any width."""

import pytest

from processors.screen.prose import command, hanging, laid, titled

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


@pytest.mark.parametrize("width", [200, 80, 60, 40])
@pytest.mark.parametrize(
    "copied",
    [
        "`bus log rebuild --wait`",
        "(bus sources add SOURCE)",
        "none yet: .venv/bin/bus subscriptions add",
        "none yet: bus dlq list",
    ],
)
def test_what_is_copied_stays_in_one_line(copied: str, width: int) -> None:
    """Between backticks or brackets, or behind a colon; all else breaks as ever."""
    text = f"There is none of those here that anybody waits for {copied}"
    lines = list(laid(text, 2, width))
    assert " ".join(line.strip() for line in lines) == text
    whole = copied.removeprefix("none yet: ")
    assert sum(whole in line for line in lines) == 1


def test_a_line_that_is_a_command_is_left_to_the_terminal() -> None:
    """Which wraps it, and joins it again when it is copied."""
    line = f"  .venv/bin/bus events send order.created --order SO-{60 * '7'}"
    assert list(laid(line, 4, 60)) == [line]


def test_a_sentence_that_begins_with_a_command_is_broken() -> None:
    """As errors do; that is no line to be copied."""
    text = "bus audit: Kafka gives no answer any more, and did not for a while"
    assert len(list(laid(text, 2, 40))) > 1


@pytest.mark.parametrize("width", [60, 80, 200, None])
def test_a_command_goes_on_as_shells_have_it(width: int | None) -> None:
    """At a blank that is in no quotes, and no option loses what it is given."""
    words = """bus keys create --role operator -H "a b  c" 'd e' http://127.0.0.1:8000/hook"""
    lines = list(command(words, 2, width))
    assert " ".join(line.strip(" \\") for line in lines) == words
    assert all(line.endswith(" \\") for line in lines[:-1])
    assert width is None or all(len(line) <= width for line in lines)
    assert (len(lines) > 1) is (width == 60)
    assert sum('-H "a b  c"' in line for line in lines) == 1


@pytest.mark.parametrize(
    ("text", "then"),
    [
        ("a sentence", 2),
        ("  within", 4),
        ("Kafka            127.0.0.1:9092", 17),
        ("  a: b  c", 8),
        (f"{50 * 'x'}  far", 2),
    ],
)
def test_a_line_goes_on_beneath_what_stands_beside_its_title(
    text: str, then: int
) -> None:
    """If it has one that leaves room."""
    assert hanging(text, 80) == then
