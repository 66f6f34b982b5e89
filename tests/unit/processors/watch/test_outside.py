"""Sinks outside: what they are asked, and when they are asked nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from bus.watch.alerts import Alert, advance
from bus.watch.message import Links, Message
from bus.watch.telling import Notice
from processors.watch.outside import Alertmanager, Heartbeat, People
from processors.watch.sinks import Minute, Moment
from tests.support.watched import AT, found, shop

FIRES: Alert = advance({}, found(shop(state="disabled")), AT)[
    "disabled:subscription/shop"
]
SEES, BLIND = Moment(at=AT), Moment(at=AT, sees=False)


@dataclass
class Asked:
    """Remembers what was asked, or sent."""

    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    sent: list[Message] = field(default_factory=list)

    async def ask(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> None:
        """Remember it."""
        self.asked.append((method, url, dict(headers), body))

    async def send(self, message: Message) -> None:
        """Likewise."""
        self.sent.append(message)

    def names(self) -> list[list[str]]:
        """What was posted, by name."""
        posted = [json.loads(body) for *_, body in self.asked]
        return [[one["labels"]["alertname"] for one in alerts] for alerts in posted]


def minute(moment: Moment, *believed: Alert) -> Minute:
    """How things stand."""
    return Minute(moment=moment, believed=believed, firing=len(believed))


async def test_a_heart_beats_only_while_the_watch_sees() -> None:
    """Blind it judges nothing, and a monitor has to hear of that by silence."""
    http = Asked()
    beats = Heartbeat(http, "https://hc.example/x", "POST")
    assert await beats.remind(minute(SEES))
    assert not await beats.remind(minute(BLIND))
    assert http.asked == [("POST", "https://hc.example/x", {}, b"")]


async def test_alertmanager_is_told_again_what_fires() -> None:
    """With the watchdog as long as the watch sees; nothing is no request."""
    http = Asked()
    sink = Alertmanager(http, "https://am.example/", "Bearer x", Links())
    await sink.tell(Notice("am", FIRES), AT)
    assert await sink.remind(minute(SEES, FIRES))
    assert await sink.remind(minute(BLIND, FIRES))
    assert not await sink.remind(minute(BLIND))
    disabled, watchdog = "OrderbusDisabled", "OrderbusWatchdog"
    assert http.names() == [[disabled], [disabled, watchdog], [disabled]]
    method, url, headers, _ = http.asked[0]
    assert (method, url) == ("POST", "https://am.example/api/v2/alerts")
    assert headers["Authorization"] == "Bearer x"
    assert headers["Content-Type"] == "application/json"


async def test_people_are_told_in_words() -> None:
    """One message a notice."""
    service = Asked()
    await People(service, Links()).tell(Notice("chat", FIRES), AT)
    (message,) = service.sent
    assert message.title == "Orderbus: disabled, subscription/shop"
