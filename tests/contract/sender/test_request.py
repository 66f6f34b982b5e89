"""What a sender that speaks HTTP puts on the wire."""

import pytest

from bus.ports import Answer, NoAnswerKind, Post, Sender
from bus.sending import Head
from tests.contract.sender.worlds import kind, post
from tests.support.endpoint import Endpoint, says


async def test_request_on_the_wire(sender: Sender, endpoint: Endpoint) -> None:
    """Path, query, headers and body arrive untouched; only four headers are added."""
    url = endpoint.url("/a%20b/c;d?x=%2F&y=a+b&z=%C3%A4")
    headers = [("Content-Type", "application/json"), ("webhook-id", "e 1\t")]

    await sender.send(Post(url, headers, b"\x00\xffbody", 5))

    request = endpoint.requests[0]
    first, *lines = request.head.decode().split("\r\n")
    got = {line.partition(":")[0].lower(): line.partition(":")[2] for line in lines}
    assert first == "POST /a%20b/c;d?x=%2F&y=a+b&z=%C3%A4 HTTP/1.1"
    assert got["host"].strip() == f"127.0.0.1:{endpoint.port}"
    assert got["user-agent"].strip().startswith("Orderbus")
    assert got["content-type"].strip() == "application/json"
    assert got["webhook-id"].strip() == "e 1"
    assert set(got) == {
        "host",
        "user-agent",
        "content-type",
        "webhook-id",
        "content-length",
    }
    assert request.body == b"\x00\xffbody"


@pytest.mark.parametrize("size", [0, 1, 70_000, 2_000_000])
async def test_body_of_any_size(sender: Sender, endpoint: Endpoint, size: int) -> None:
    """Empty and large bodies arrive whole."""
    body = bytes(size)

    assert await sender.send(post(endpoint.url(), body=body)) == Answer(200)
    assert endpoint.requests[0].body == body


async def test_own_user_agent_wins(sender: Sender, endpoint: Endpoint) -> None:
    """A subscription's own user agent takes the place of ours."""
    await sender.send(Post(endpoint.url(), [("User-Agent", "acme")], b"", 5))

    head = endpoint.requests[0].head.lower()
    assert head.count(b"user-agent:") == 1
    assert b"user-agent: acme" in head


async def test_heads_are_told_apart(sender: Sender, endpoint: Endpoint) -> None:
    """Each post to one URL has its own head's headers, all of them, every time."""
    url = endpoint.url()
    heads = [
        Head(url, (("x-own", "1"), ("User-Agent", "acme"))),
        Head(url, (("x-own", "2"),)),
    ]
    for head in heads * 3:
        headers = (*head.headers, ("webhook-id", "evt-1"))
        await sender.send(Post(url, headers, b"", 5, head=head))

    sent = [request.head.lower() for request in endpoint.requests]
    assert [b"x-own: 1" in head for head in sent] == [True, False] * 3
    assert [b"x-own: 2" in head for head in sent] == [False, True] * 3
    assert [b"user-agent: acme" in head for head in sent] == [True, False] * 3
    for one in sent:
        assert one.count(b"user-agent:") == one.count(b"webhook-id: evt-1") == 1


@pytest.mark.parametrize("in_head", [False, True])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-a", "b\r\nx-injected: 1"),
        ("x-a", "b\nc"),
        ("x-a", "b\rc"),
        ("x-a", "b\0c"),
        ("x-a\r\nx-injected", "1"),
        ("x a", "1"),
        ("x:a", "1"),
        ("", "1"),
        ("Content-Length", "5"),
        ("transfer-encoding", "chunked"),
        ("Host", "internal"),
    ],
)
async def test_injected_header_is_refused(
    sender: Sender,
    endpoint: Endpoint,
    name: str,
    value: str,
    in_head: bool,  # noqa: FBT001 - pytest gives it by its name
) -> None:
    """A header that would change the request is never sent, nor told."""
    url, headers = endpoint.url(), [(name, value)]
    head = Head(url, headers if in_head else ())
    for one in (head, head, None):
        reply = await sender.send(Post(url, headers, b"", 5, head=one))

        assert kind(reply) is NoAnswerKind.PROTOCOL
        assert "injected" not in str(reply)
    assert endpoint.requests == []


async def test_cookies_are_not_kept(sender: Sender, endpoint: Endpoint) -> None:
    """What an endpoint sets is not sent back."""
    endpoint.respond = says(
        b"HTTP/1.1 200 OK\r\nset-cookie: a=b; path=/\r\ncontent-length: 0\r\n\r\n"
    )

    await sender.send(post(endpoint.url()))
    await sender.send(post(endpoint.url()))

    assert b"cookie" not in endpoint.requests[1].head.lower()


async def test_redirect_is_not_followed(sender: Sender, endpoint: Endpoint) -> None:
    """A redirect is an answer; nothing is sent to where it points."""
    location = endpoint.url("/elsewhere").encode()
    endpoint.respond = says(
        b"HTTP/1.1 307 x\r\nlocation: " + location + b"\r\ncontent-length: 0\r\n\r\n"
    )

    assert await sender.send(post(endpoint.url())) == Answer(307)
    assert len(endpoint.requests) == 1
