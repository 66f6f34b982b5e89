"""What is asked while somebody looks: who waits for it, and how long."""

import asyncio

from bus.adapters.memory import settle
from bus.errors import BrokerUnavailableError
from processors.status.glance import FIRST_EVER_S, FIRST_S, Kept


class Asked:
    """Answers when a test says so; its clock is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.answer: asyncio.Future[str] = asyncio.Future()
        self.kept = Kept(self._ask, lambda: self.now)

    async def _ask(self) -> str:
        return await self.answer

    async def fail(self) -> None:
        """What was asked gives no answer; it is asked anew."""
        asked, self.answer = self.answer, asyncio.Future()
        asked.set_exception(BrokerUnavailableError("Kafka gives no answer"))
        await settle()


async def test_the_first_look_waits_for_the_first_answer() -> None:
    """Also longer than any later one does: clients have to connect first."""
    asked = Asked()
    looking = asyncio.create_task(asked.kept.known())
    await settle()
    asked.now = FIRST_EVER_S - 1
    also = asyncio.create_task(asked.kept.known())
    await settle()
    assert not looking.done()
    assert not also.done()
    asked.answer.set_result("all is well")
    assert [(await one).value for one in (looking, also)] == ["all is well"] * 2
    asked.kept.close()


async def test_a_page_waits_no_longer_for_what_was_asked_long_ago() -> None:
    """The time counts from when it was asked, however many look meanwhile."""
    asked = Asked()
    looking = asyncio.create_task(asked.kept.known())
    await settle()
    asked.now = FIRST_EVER_S
    assert "still being asked" in (await asked.kept.known()).why
    await asked.fail()
    assert (await looking).why == "Kafka gives no answer"
    again = asyncio.create_task(asked.kept.known())
    await settle()
    asked.now += FIRST_S
    assert (await asked.kept.known()).why == "Kafka gives no answer"
    asked.answer.set_result("all is well")
    assert (await again).value == "all is well"
    asked.kept.close()
