"""What the demo's channels send: the shipped rules hold two orders, and no other."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import orjson

from bus.client.rules import shipped_lines
from bus.client.schemas import default_folder
from bus.intake.converting import Converted, convert
from bus.intake.rules.book import Book
from bus.intake.rules.memory import Memory
from bus.intake.sources import Source, parse_source
from bus.intake.submission import Submission
from processors.convert.ruling import Ruling
from processors.demo import payloads
from tests.support.sources import CHANNELS

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
BOOK = Book(shipped_lines(default_folder()))


class Only:
    """One source, and no other."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def get(self, _: str) -> Source:
        """That one."""
        return self._source


def source(channel: str, **settings: str) -> Source:
    """A source of a channel."""
    return parse_source({"id": "demo", "channel": channel, "settings": settings})


def held(of: Source, body: bytes, headers: Mapping[str, str], *, fetched: bool) -> int:
    """How many of the orders in a submission are held; each makes an event."""
    judge = Ruling(lambda: BOOK, Memory(), Only(of))
    found = 0
    for part in parts(of, body, headers, fetched=fetched):
        assert part.event is not None, part.findings
        found += judge.judge(part.event, of, NOW).held
    return found


def parts(
    of: Source, body: bytes, headers: Mapping[str, str], *, fetched: bool
) -> Iterator[Converted]:
    """What a submission comes to."""
    channel = CHANNELS.get(of.channel)
    assert channel is not None
    small = {name.lower(): value for name, value in headers.items()}
    submission = Submission(
        of.id, body, small, NOW, settings=of.settings, fetched=fetched
    )
    yield from convert(channel, submission)


def test_one_order_of_the_shop_does_not_add_up() -> None:
    """The one whose total is off."""
    shop = source("shopify")
    for number, off_by, expected in ((1, 0, 0), (2, 0, 0), (3, 1_000, 1)):
        order = payloads.shop_order(number, NOW.isoformat(), off_by=off_by)
        body = orjson.dumps(order)
        headers = payloads.shop_headers(number, body, "secret")
        assert held(shop, body, headers, fetched=False) == expected


def test_thin_ones_are_good() -> None:
    """The notice, and the order that is fetched."""
    thin = source("bigcommerce", store_hash="demo")
    body = payloads.notice(1, 1)
    headers = payloads.notice_headers(1, 1, body, "secret")
    assert held(thin, body, headers, fetched=False) == 0
    order = payloads.noticed_order(1, format_datetime(NOW))
    assert held(thin, order, {}, fetched=True) == 0


def test_one_order_of_the_file_is_too_large() -> None:
    """Of as many as are in it."""
    edi = source("x12", currency="USD")
    days = f"{NOW:%Y%m%d}", f"{NOW + timedelta(days=7):%Y%m%d}"
    body = payloads.edi_file((100, 48_000, 60), *days)
    assert len(list(parts(edi, body, {}, fetched=False))) == 3
    assert held(edi, body, {}, fetched=False) == 1
