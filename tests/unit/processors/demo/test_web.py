"""As much of HTTP as the demo's senders need."""

from bus.adapters.http.asker import HttpAsker
from bus.adapters.http.guard import Guard
from bus.sending import Ask, Got
from processors.demo.web import OrderApi, post


async def test_an_order_is_given() -> None:
    """To a real client; by the last part of the path, whatever is asked with it."""
    api = OrderApi(lambda number: number.encode() * 2)
    await api.start()
    asker = HttpAsker(Guard(allow=["127.0.0.0/8"]))
    ask = Ask(f"http://{api.host}/v2/orders/17?include=all", [], 10, 1_000)
    got = await asker.ask(ask)
    assert isinstance(got, Got)
    assert (got.status, got.body) == (200, b"1717")
    assert got.headers["content-type"] == "application/json"
    await asker.close()
    await api.stop()


async def test_who_is_not_there_takes_nothing() -> None:
    """The sender tries again."""
    api = OrderApi(lambda _: b"")
    await api.start()
    await api.stop()
    assert await post(f"http://{api.host}/in/shop", {}, b"{}") == 0
