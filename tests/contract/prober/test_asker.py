"""What everybody promises who asks an endpoint whether it wants events."""

from bus.ports import NoAnswerKind, Post
from tests.contract.prober.conftest import World
from tests.support.pace import patience

HEADERS = (("webhook-request-origin", "orderbus"),)


def question(url: str) -> Post:
    """An `OPTIONS` request, but for its method."""
    return Post(url, HEADERS, b"", patience(5))


async def test_an_answer_with_its_headers(world: World) -> None:
    """Status and headers, as a handshake needs them."""
    url = await world.allowing()
    seen = await world.asker.options(question(url))
    assert seen.failure is None
    assert seen.status == 200
    assert seen.headers["webhook-allowed-origin"] == "*"


async def test_nobody_to_ask(world: World) -> None:
    """No such name, nobody there, nobody who may be asked: failures."""
    lost = await world.asker.options(question("https://nobody.example/"))
    assert lost.failure is not None
    assert lost.failure.kind is NoAnswerKind.DNS
    assert not await world.asker.opened("https://nobody.example/", patience(5))


async def test_what_nobody_may_talk_to(world: World) -> None:
    """Refused as a delivery would be."""
    seen = await world.asker.options(question(await world.inside()))
    assert seen.failure is not None
    assert seen.failure.kind is NoAnswerKind.FORBIDDEN


async def test_what_an_operator_has_opened(world: World) -> None:
    """All of its addresses have to be in such a network."""
    assert await world.asker.opened(await world.at_home(), patience(5))
    assert not await world.asker.opened(await world.answering(), patience(5))
