"""Commands to copy, with ids that somebody else chose."""

import shlex

import pytest

from processors.gateway.reaching import Reach
from processors.web.assets import load_assets
from processors.web.commands import narrowed, shell, sifted
from processors.web.events.order import OrderQuery, OrderView
from processors.web.events.picturing import picture
from processors.web.frame import Frame
from processors.web.rendering import Renderer
from processors.web.table import PAGES


@pytest.mark.parametrize(
    "word",
    ["SO-1", "$(reboot)", "`id`", "a; b", "it's", 'x" y', "a && b", "*", "", "über"],
)
def test_an_id_is_one_word(word: str) -> None:
    """Nothing of it is for the shell."""
    assert shlex.split(shell("bus trace", word)) == ["bus", "trace", word]


def test_a_plain_id_stays_as_it_is() -> None:
    """So that it reads as people would type it."""
    assert shell("bus trace", "SO-000009-5347B") == "bus trace SO-000009-5347B"


def test_an_id_is_no_option() -> None:
    """Whatever it begins with."""
    assert shell("bus trace", "--help") == "bus trace -- --help"


def test_what_steers_a_terminal_is_spelt() -> None:
    """A line that ends within an id would be run when it is pasted."""
    word = "a\nreboot\x1b[31m'\\\u202e"
    spelt = r"$'a\U0000000areboot\U0000001b[31m\'\\\U0000202e'"
    assert shell("bus trace", word) == f"bus trace {spelt}"


def test_an_order_s_page_has_it_so() -> None:
    """Who copies its command runs nothing that a buyer chose."""
    view = OrderView(
        order="$(reboot)",
        events=(),
        reach=Reach(0, 0, ()),
        subscriptions=(),
        query=OrderQuery(),
        picture=picture("Deliveries", (), {}),
        lag="0.0",
        cut=False,
    )
    page = Renderer(load_assets(), PAGES).page("order.html.j2", view, Frame())
    assert b"data-copy>bus trace &#39;$(reboot)&#39;</code>" in page


def test_a_list_is_narrowed_as_its_page() -> None:
    """What is empty is not said; a value is one word, and no option."""
    assert narrowed("bus audit", "", entity="", since=None) == "bus audit"
    said = narrowed("bus audit", "a b", entity="key", actor="--json")
    assert shlex.split(said) == [
        *("bus", "audit", "--entity", "key", "--actor=--json", "a b"),
    ]
    assert narrowed("bus audit", "-x", since="2h") == "bus audit --since 2h -- -x"


def test_a_list_without_options_is_sifted() -> None:
    """By jq, of which nothing that was typed is a part of the program."""
    assert sifted("bus keys list", "", ("id",), state="") == "bus keys list"
    said = sifted("bus keys list", "A\"'\\(.x)", ("id", "tenant"), state="revoked")
    *command, program = shlex.split(said)
    assert command == ["bus", "keys", "list", "--json", "|", "jq"]
    assert program == (
        '.[] | select(.state == "revoked") | select("\\(.id) \\(.tenant)"'
        ' | ascii_downcase | contains("a\\"\'\\\\(.x)"))'
    )
