"""The laws that every sink keeps, to be run on one of your own.

    @pytest.mark.parametrize("law", LAWS, ids=lambda law: law.__name__)
    async def test_it_keeps(law: Law) -> None:
        async with my_world() as world:
            await law(world)

A world is your sink and a real server of what it talks to, new for each law.
"""

from bus.laws.answered import (
    arrives_whole,
    carries_many_at_once,
    closes_twice,
    fails,
    keeps_an_id,
    keeps_order,
    large_and_odd_contents_arrive,
    reaches_nobody,
    refuses_for_good,
    throttles,
    waits_no_longer_than_its_timeout,
)
from bus.laws.strangers import (
    closes_with_one_under_way,
    gives_up,
    is_hung_up_on,
    is_met_with_silence,
)
from bus.laws.ways import (
    goes_only_where_it_may,
    is_reached_again,
    looks_up_no_name,
    trusts_no_stranger,
)
from bus.laws.world import SECRET, Law, LawBrokenError, World, parcel

__all__ = [
    "LAWS",
    "SECRET",
    "Law",
    "LawBrokenError",
    "World",
    "arrives_whole",
    "carries_many_at_once",
    "closes_twice",
    "closes_with_one_under_way",
    "fails",
    "gives_up",
    "goes_only_where_it_may",
    "is_hung_up_on",
    "is_met_with_silence",
    "is_reached_again",
    "keeps_an_id",
    "keeps_order",
    "large_and_odd_contents_arrive",
    "looks_up_no_name",
    "parcel",
    "reaches_nobody",
    "refuses_for_good",
    "throttles",
    "trusts_no_stranger",
    "waits_no_longer_than_its_timeout",
]

LAWS: tuple[Law, ...] = (
    arrives_whole,
    keeps_order,
    large_and_odd_contents_arrive,
    carries_many_at_once,
    keeps_an_id,
    refuses_for_good,
    throttles,
    fails,
    waits_no_longer_than_its_timeout,
    reaches_nobody,
    is_hung_up_on,
    is_met_with_silence,
    gives_up,
    closes_with_one_under_way,
    closes_twice,
    goes_only_where_it_may,
    looks_up_no_name,
    trusts_no_stranger,
    is_reached_again,
)
"""All of them."""
