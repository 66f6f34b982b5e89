"""What every prober promises."""

import pytest

from bus.ports import NoAnswerKind, Post
from bus.probing import Exchanged
from tests.contract.prober.conftest import ADDRESS, INSIDE, TLS, World
from tests.support.pace import patience

HEADERS = (("content-type", "application/json"), ("webhook-id", "test-1"))


def post(url: str, timeout_s: float | None = None) -> Post:
    """A test event."""
    return Post(url, HEADERS, b"{}", timeout_s or patience(5), TLS)


def kind(one: Exchanged) -> NoAnswerKind | None:
    """Why there was no answer."""
    return one.failure.kind if one.failure else None


async def test_a_name_is_looked_up_and_judged(world: World) -> None:
    """All addresses are told, and which of them nothing may connect to."""
    url = await world.answering()
    seen = await world.prober.look_up(url, patience(5))

    assert seen.failure is None
    assert {one.address for one in seen.addresses} == {INSIDE, ADDRESS}
    assert list(seen.admitted) == [ADDRESS]


async def test_a_name_without_addresses(world: World) -> None:
    """A failure, not an error."""
    seen = await world.prober.look_up("https://nobody.example/", patience(5))
    assert seen.failure is not None
    assert seen.failure.kind is NoAnswerKind.DNS


async def test_what_is_no_url(world: World) -> None:
    """Refused before anybody is asked."""
    seen = await world.prober.look_up("ftp://partner.example/", patience(5))
    assert seen.refused
    assert not seen.addresses


async def test_a_connection(world: World) -> None:
    """Made to the address that was given."""
    url = await world.answering()
    seen = await world.prober.connect(url, ADDRESS, patience(5))
    assert (seen.address, seen.failure) == (ADDRESS, None)


async def test_nobody_listens(world: World) -> None:
    """A failure of connecting, in the exchange too."""
    url = await world.gone()
    seen = await world.prober.connect(url, ADDRESS, patience(5))
    assert seen.failure is not None
    assert seen.failure.kind is NoAnswerKind.CONNECT
    (one,) = await world.prober.exchange(post(url), ADDRESS, 2)
    assert kind(one) is NoAnswerKind.CONNECT


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_nobody_may_talk_to_it(world: World, scheme: str) -> None:
    """Whoever names the address: each step refuses it by itself."""
    url = (await world.answering()).replace("http:", f"{scheme}:")
    reached = await world.prober.connect(url, INSIDE, patience(5))
    assert reached.failure is not None
    assert reached.failure.kind is NoAnswerKind.FORBIDDEN
    secured = await world.prober.secure(url, INSIDE, TLS, patience(5))
    assert secured.failure is not None
    assert secured.failure.kind is NoAnswerKind.FORBIDDEN
    (one,) = await world.prober.exchange(post(url), INSIDE, 2)
    assert kind(one) is NoAnswerKind.FORBIDDEN


async def test_tls(world: World) -> None:
    """What was agreed on; requests go through it."""
    url = await world.secured()
    seen = await world.prober.secure(url, ADDRESS, TLS, patience(5))
    assert seen.failure is None
    assert seen.version == "TLSv1.3"
    first, second = await world.prober.exchange(post(url), ADDRESS, 2)
    assert (first.status, second.status) == (200, 200)


async def test_two_requests_on_one_connection(world: World) -> None:
    """As many as asked for, if the connection is kept."""
    url = await world.answering(status=404)
    seen = await world.prober.exchange(post(url), ADDRESS, 3)
    assert [(one.status, one.whole, one.kept) for one in seen] == [
        (404, True, True)
    ] * 3


async def test_a_connection_that_is_not_kept(world: World) -> None:
    """Ends with the first exchange."""
    url = await world.answering(keeps=False)
    (one,) = await world.prober.exchange(post(url), ADDRESS, 3)
    assert (one.status, one.kept) == (200, False)


async def test_no_answer(world: World) -> None:
    """Hung up, or never answered within the post's time."""
    (closed,) = await world.prober.exchange(post(await world.hanging_up()), ADDRESS, 2)
    assert kind(closed) is NoAnswerKind.RESET
    assert not closed.began
    (late,) = await world.prober.exchange(post(await world.silent(), 0.2), ADDRESS, 2)
    assert kind(late) is NoAnswerKind.TIMEOUT
