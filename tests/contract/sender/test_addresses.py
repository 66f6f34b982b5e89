"""Which names and addresses a sender connects to."""

import socket
import threading
from collections.abc import AsyncIterator
from typing import Protocol

import pytest

from bus.adapters.http.guard import Guard
from bus.adapters.http.names import Names
from bus.ports import Answer, NoAnswerKind
from tests.contract.sender.worlds import LOOPBACK, MakeSender, kind, post
from tests.support.endpoint import Endpoint

# --- names and addresses


class NamesOf(Protocol):
    """Makes names that resolve as told."""

    def __call__(self, *answers: list[str], ttl_s: float = 10) -> Names:
        """One list of addresses a look-up; the last one stays."""
        ...


@pytest.fixture
async def names_of() -> AsyncIterator[NamesOf]:
    """Names that resolve as told, one list of addresses a look-up."""
    made: list[Names] = []

    def make_names(*answers: list[str], ttl_s: float = 10) -> Names:
        remaining = list(answers)

        def lookup(_: str) -> list[str]:
            found = remaining.pop(0) if len(remaining) > 1 else remaining[0]
            if not found:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            return found

        made.append(Names(lookup, ttl_s=ttl_s))
        return made[-1]

    yield make_names
    for names in made:
        await names.close()


async def test_name_is_resolved(
    make: MakeSender, names_of: NamesOf, endpoint: Endpoint
) -> None:
    """A name's address is connected to, and the name is in the host header."""
    sender = make(Guard(allow=LOOPBACK), names_of(["127.0.0.1"]))

    reply = await sender.send(post(endpoint.url(host="partner.example")))

    assert reply == Answer(200)
    assert b"partner.example" in endpoint.requests[0].head
    await sender.close()


async def test_second_address_is_tried(
    make: MakeSender, names_of: NamesOf, endpoint: Endpoint
) -> None:
    """A name with a dead address and a live one is reached."""
    sender = make(Guard(allow=LOOPBACK), names_of(["::1", "127.0.0.1"]))

    reply = await sender.send(post(endpoint.url(host="partner.example")))

    assert reply == Answer(200)
    await sender.close()


async def test_unknown_name(make: MakeSender, names_of: NamesOf) -> None:
    """A name nobody knows gives no answer."""
    sender = make(Guard(), names_of([]))

    reply = await sender.send(post("https://nowhere.example/?token=secret"))

    assert kind(reply) is NoAnswerKind.DNS
    assert "secret" not in str(reply)
    await sender.close()


async def test_no_thread_is_left(
    make: MakeSender,
    names_of: NamesOf,
    endpoint: Endpoint,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Without one to look a name up in there is no answer; the next post has one."""
    sender = make(Guard(allow=LOOPBACK), names_of(["127.0.0.1"]))

    def start(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", start)
        reply = await sender.send(post(endpoint.url(host="partner.example")))
        assert kind(reply) is NoAnswerKind.DNS

    reply = await sender.send(post(endpoint.url(host="partner.example")))
    assert reply == Answer(200)
    await sender.close()


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0x7f.1",
        "2130706433",
        "127.1",
        "0177.0.0.1",
        "10.1.2.3",
        "169.254.169.254",
        "[fe80::1]",
        "[fd00::1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "0.0.0.0",  # noqa: S104 - connects, does not bind
        "[::]",
        "100.64.0.1",
        "224.0.0.1",
    ],
)
async def test_closed_address(make: MakeSender, endpoint: Endpoint, host: str) -> None:
    """By default nothing but public addresses is connected to."""
    sender = make(Guard(https_only=False), None)

    reply = await sender.send(post(f"http://{host}:{endpoint.port}/?token=secret"))

    assert kind(reply) is NoAnswerKind.FORBIDDEN
    assert "secret" not in str(reply)
    assert endpoint.connections == 0
    await sender.close()


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["::1"], ["::ffff:7f00:1"], ["10.0.0.1", "fd00::1"]]
)
async def test_name_of_a_closed_address(
    make: MakeSender,
    names_of: NamesOf,
    endpoint: Endpoint,
    addresses: list[str],
) -> None:
    """A name that resolves to a closed address is not connected to."""
    sender = make(Guard(https_only=False), names_of(addresses))

    reply = await sender.send(post(endpoint.url(host="partner.example")))

    assert kind(reply) is NoAnswerKind.FORBIDDEN
    assert endpoint.connections == 0
    await sender.close()


async def test_rebinding_gains_nothing(
    make: MakeSender, names_of: NamesOf, endpoint: Endpoint
) -> None:
    """A name that was public when registered is judged again at connect."""
    names = names_of(["93.184.215.14"], ["127.0.0.1"], ttl_s=0)
    assert await names.resolve("partner.example") == ["93.184.215.14"]
    sender = make(Guard(https_only=False), names)

    reply = await sender.send(post(endpoint.url(host="partner.example")))

    assert kind(reply) is NoAnswerKind.FORBIDDEN
    assert endpoint.connections == 0
    await sender.close()


async def test_localhost_is_closed(make: MakeSender, endpoint: Endpoint) -> None:
    """The system's own name for loopback is no way in."""
    sender = make(Guard(https_only=False), None)

    reply = await sender.send(post(endpoint.url(host="localhost")))

    assert kind(reply) is NoAnswerKind.FORBIDDEN
    await sender.close()


async def test_plain_http_needs_an_opened_network(make: MakeSender) -> None:
    """Without TLS only networks opened by the operator are posted to."""
    sender = make(Guard(), None)

    reply = await sender.send(post("http://93.184.215.14/"))

    assert kind(reply) is NoAnswerKind.FORBIDDEN
    assert "https" in str(reply)
    await sender.close()
