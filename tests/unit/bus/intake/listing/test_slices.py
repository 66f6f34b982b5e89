"""Items of a list as they stand there, to the last digit."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bus.intake.listing.paging import next_page
from bus.intake.listing.slices import field_of, slices
from bus.intake.parsing.tree import UnparsableError


def test_an_item_keeps_its_bytes() -> None:
    """Whatever stands around it."""
    first, second = b'{"id":820982911946154508,"p":1.10}', b'{ "p" : 2.50 }'
    body = (
        b' {"a":[{}],"data" : {"x":{"y":1},"l":[ ' + first + b" ,\n" + second + b"]}}"
    )
    assert slices(body, ["data", "l"]) == [first, second]
    assert slices(b"[" + first + b"]", []) == [first]
    assert slices(b"[]", []) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{}",
        b'{"l":{}}',
        b'{"l":[1',
        b'{"l":[1 2]}x',
        b"\xff",
        b"[" * 10_000,
    ],
)
def test_what_is_no_list_is_refused(body: bytes) -> None:
    """And never read in part."""
    with pytest.raises(UnparsableError):
        slices(body, ["l"])


trees = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.lists(trees, max_size=5), st.dictionaries(st.text(max_size=3), trees))
def test_it_equals_a_parser(items: list[object], beside: dict[str, object]) -> None:
    """Of any list within any document."""
    whole = json.dumps({**beside, "list": items}).encode()
    assert [json.loads(one) for one in slices(whole, ["list"])] == items


def test_a_field_of_an_item() -> None:
    """A text, or nothing."""
    assert field_of(b'{"a":{"b":"x"}}', ["a", "b"]) == "x"
    assert field_of(b'{"a":1}', ["a"]) == ""
    assert field_of(b"{", ["a"]) == ""


def test_the_next_page() -> None:
    """By RFC 8288; others, and what is no link, are none."""
    here = "https://a.example/orders?x=1"
    link = '<https://a.example/p>; rel="previous", </orders?p=2>; rel="next"'
    assert next_page(here, link) == "https://a.example/orders?p=2"
    assert next_page(here, "<https://a.example/o>; rel=next") == "https://a.example/o"
    assert next_page(here, '<https://a.example/p>; rel="previous"') is None
    assert next_page(here, "") is None
    assert next_page(here, "<" * 100_000) is None
