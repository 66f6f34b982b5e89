"""Who may read the past at a time."""

from processors.live.places import Places


def test_half_of_them_are_one_s() -> None:
    """The bus's own may have all."""
    places = Places(4)
    assert [places.take("greedy") for _ in range(3)] == [True, True, False]
    assert places.take("modest")
    places.give_back("greedy")
    assert places.take("greedy")
    assert places.take("")
    assert not places.take("")
    for whose in ("greedy", "greedy", "modest", ""):
        places.give_back(whose)
    assert all(places.take("") for _ in range(4))


def test_there_is_one_for_everybody() -> None:
    """Also where there is one alone."""
    places = Places(1)
    assert places.take("acme")
    assert not places.take("other")
