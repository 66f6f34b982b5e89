"""A queue of SQS is taken into Kafka, each message before it leaves the queue."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Iterator
from typing import Any
from uuid import uuid4

import pytest

from bus.adapters.aws.queue import AwsQueue
from bus.adapters.http.asker import HttpAsker
from bus.adapters.http.guard import Guard
from bus.adapters.memory import MemoryBroker, MemoryPublisher
from bus.delivery.clouds import AwsEndpoint
from bus.delivery.endpoint import parse_endpoint
from bus.delivery.subscription import Login
from bus.errors import QueueError
from bus.intake.pulling.declared import QueuePull
from bus.intake.raw import read_raw
from bus.record import Message, Written
from processors.pulling.keeping import Keeping
from processors.pulling.queues import QueueReader
from tests.support.aws import ACCOUNT, KEY, REGION, client, running_aws
from tests.support.converting import World, order

LOGIN = Login(**KEY)
NAME = "sqs+http://127.0.0.1:{port}/" + f"{ACCOUNT}/{{name}}?region={REGION}"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """That of a running moto."""
    with running_aws() as found:
        yield found


@pytest.fixture
async def sqs(port: int) -> AsyncIterator[Any]:
    """The library's own client, as a sender has it."""
    async with client("sqs", port) as made:
        yield made


@pytest.fixture
async def asker() -> AsyncIterator[HttpAsker]:
    """What calls its API."""
    made = HttpAsker(Guard(allow=["127.0.0.0/8"]))
    yield made
    await made.close()


class Asked(MemoryPublisher):
    """Says when it was first asked to write."""

    def __init__(self, broker: MemoryBroker) -> None:
        super().__init__(broker)
        self.asked = asyncio.Event()

    def publish(self, message: Message) -> Awaitable[Written]:
        """Write."""
        self.asked.set()
        return super().publish(message)


class Stand:
    """A source with a queue of its own, over a broker in memory."""

    def __init__(self, port: int, asker: HttpAsker) -> None:
        self.name = f"notices-{uuid4().hex[:12]}"
        self.url = NAME.format(port=port, name=self.name)
        place = parse_endpoint(self.url)
        assert isinstance(place, AwsEndpoint)
        self.place, self.asker, self.world = place, asker, World()
        self.publisher = Asked(self.world.broker)
        pull = QueuePull(kind="sqs", url=self.url, sent_as={"x-kind": "notice"})
        fields: dict[str, object] = {"hosts": [f"127.0.0.1:{port}"]}
        self.source = self.world.add("own", pull=pull.model_dump(), fetch=fields)
        self.keeping = Keeping(
            publisher=self.publisher,
            topology=self.world.topology,
            clock=self.world.clock,
            observer=self.world.observer,
            random_bytes=bytes,
        )
        self.reader = QueueReader(
            self.source,
            self.world.channels["shop"],
            pull,
            self.queue(),
            self.keeping,
        )

    def queue(self, login: Login | None = LOGIN) -> AwsQueue:
        """The queue."""
        return AwsQueue(self.asker, self.place, login, wait_s=0)

    def bodies(self) -> list[bytes]:
        """What is in Kafka."""
        topic = self.world.topology.raw_topic("own")
        found = [read_raw(record) for record in self.world.records(topic)]
        assert all(raw.submission.via == "fetch" for raw in found)
        assert all(raw.submission.headers["x-kind"] == "notice" for raw in found)
        return [raw.submission.body for raw in found]


@pytest.fixture
async def stand(port: int, sqs: Any, asker: HttpAsker) -> Stand:
    """A source whose queue is empty."""
    made = Stand(port, asker)
    await sqs.create_queue(QueueName=made.name)
    return made


async def send(sqs: Any, stand: Stand, *bodies: str) -> None:
    """Put messages into the queue."""
    for body in bodies:
        await sqs.send_message(QueueUrl=stand.place.url, MessageBody=body)


async def left(sqs: Any, stand: Stand) -> int:
    """How many messages are in the queue, somebody's or nobody's."""
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    got = await sqs.get_queue_attributes(QueueUrl=stand.place.url, AttributeNames=names)
    return sum(int(got["Attributes"][name]) for name in names)


async def test_messages_become_submissions(sqs: Any, stand: Stand) -> None:
    """All of them, byte for byte; then the queue is empty."""
    bodies = [json.dumps({"items": [order(n)], "to": "Zoë"}) for n in range(13)]
    await send(sqs, stand, *bodies)
    while await stand.reader.look():
        pass
    assert sorted(stand.bodies()) == sorted(body.encode() for body in bodies)
    assert await left(sqs, stand) == 0
    await stand.world.converts()
    assert len(stand.world.told()) == 13


async def test_nothing_leaves_the_queue_before_it_is_in_kafka(
    sqs: Any, stand: Stand
) -> None:
    """While Kafka is away all stay, and come again."""
    await send(sqs, stand, "{}")
    stand.world.broker.down()
    looking = asyncio.create_task(stand.reader.look())
    await stand.publisher.asked.wait()
    assert not looking.done()
    assert await left(sqs, stand) == 1
    stand.world.broker.up()
    assert await looking == 1
    assert await left(sqs, stand) == 0


async def test_who_is_not_let_in_is_told(stand: Stand) -> None:
    """Without a login the process's own is not used unless that is allowed."""
    with pytest.raises(QueueError, match="ORDERBUS_AWS_OWN_CREDENTIALS"):
        await stand.queue(None).receive()


async def test_a_queue_that_is_not_there_is_told(stand: Stand, port: int) -> None:
    """By AWS's own word."""
    place = parse_endpoint(NAME.format(port=port, name="nowhere"))
    assert isinstance(place, AwsEndpoint)
    with pytest.raises(QueueError, match=r"(?i)nonexistent|does not exist"):
        await AwsQueue(stand.asker, place, LOGIN, wait_s=0).receive()


async def test_only_where_it_may_be_asked(stand: Stand) -> None:
    """The guard is that of everything else that is asked."""
    closed = HttpAsker(Guard())
    with pytest.raises(QueueError):
        await AwsQueue(closed, stand.place, LOGIN, wait_s=0).receive()
    await closed.close()
