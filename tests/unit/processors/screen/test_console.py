"""What consoles print on terminals that are too narrow for it."""

import io

import pytest
from rich.text import Text

from processors.screen.console import AsItStands, Screen
from processors.screen.tables import Column, Table

SAID = f"Signing secret, shown only now: whsec_{44 * 'x'}="


def printed(*things: object, width: int, terminal: bool = True, end: str = "\n") -> str:
    """What a console as commands have it prints, colours left out."""
    out = io.StringIO()
    screen = Screen(
        file=out,
        width=width,
        force_terminal=terminal,
        color_system=None,
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    screen.print(*things, end=end)
    return out.getvalue()


@pytest.mark.parametrize("thing", [SAID, Text(SAID, "green")])
def test_a_long_line_is_broken_between_words(thing: object) -> None:
    """What is copied stays whole; a wide terminal and a pipe get one line."""
    before, secret = SAID.rsplit(" ", 1)
    assert printed(thing, width=60) == f"{before}\n  {secret}\n"
    assert printed(thing, width=100) == f"{SAID}\n"
    assert printed(thing, width=60, terminal=False) == f"{SAID}\n"


def test_lines_keep_their_ends() -> None:
    """Blank ones too, and what is to end without one."""
    text = f"\na\n\n{30 * 'word '}b"
    lines = printed(text, width=60).split("\n")
    assert lines[:3] == ["", "a", ""]
    assert lines[-1] == ""
    assert all(len(line) <= 60 for line in lines)
    assert not printed(text, width=60, end="").endswith("\n")


def test_colours_stay_where_they_were() -> None:
    """Also of a word that goes to the next line."""
    out = io.StringIO()
    screen = Screen(
        file=out, width=20, force_terminal=True, color_system="standard", soft_wrap=True
    )
    screen.print(Text("one two three four ").append("five", "red"))
    assert "\x1b[31mfive\x1b[0m" in out.getvalue().splitlines()[1]


def test_what_stands_as_it_is_stays_so() -> None:
    """A body, byte for byte, however wide; and nothing in it acts."""
    body = f'{{"note": "{20 * "word  "}\x1b[2J"}}'
    assert printed(AsItStands(body), width=60) == body.replace("\x1b", r"\x1b") + "\n"


def test_tables_are_not_broken() -> None:
    """They leave columns out."""
    table = Table((Column("A"), Column("B", rank=1)), [[30 * "a", 40 * "b"]])
    assert printed(table, width=60, end="") == f"A\n{30 * 'a'}\n"
