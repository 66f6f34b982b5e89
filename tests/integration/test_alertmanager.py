"""Alerts in a real Alertmanager, where one is installed.

Debian has it as `prometheus-alertmanager`. It holds what it is posted to its OpenAPI.
"""

import asyncio
import json
import shutil
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bus.adapters.http.operated import OperatedHttp
from bus.watch.alerts import Alert, Phase
from bus.watch.message import Links
from bus.watch.sinks import NotTakenError
from bus.watch.telling import Notice
from bus.watch.verdicts import Health, Kind, Severity, Subject
from processors.watch.outside import Alertmanager
from processors.watch.sinks import Minute, Moment
from tests.support.bus import CLOCK, wait_until

PROGRAM = shutil.which("prometheus-alertmanager") or shutil.which("alertmanager")
pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="Prometheus' Alertmanager is not installed"
)
LINKS = Links("https://bus.example/", "https://wiki.example/runbook")


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[str]:
    """Run one that tells nobody; yields its address."""
    config = folder / "alertmanager.yml"
    config.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        str(PROGRAM),
        f"--config.file={config}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"

        async def is_up() -> bool:
            assert process.returncode is None, "Alertmanager has ended"
            return await answers(url)

        await wait_until(is_up, 30, "Alertmanager answers")
        yield url
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def answers(url: str) -> bool:
    """Whether it is ready."""
    try:
        async with ClientSession() as session, session.get(f"{url}/-/ready") as got:
            return got.status == 200
    except OSError:
        return False


async def held(url: str) -> Mapping[str, Mapping[str, object]]:
    """What fires in it, by name."""
    async with ClientSession() as session, session.get(f"{url}/api/v2/alerts") as got:
        alerts = json.loads(await got.read())
    return {one["labels"]["alertname"]: one for one in alerts}


def fired(now: float) -> Alert:
    """An alert that has fired for a few seconds."""
    return Alert(
        rule="breaker_open",
        subject=Subject(Kind.SUBSCRIPTION, "acme"),
        severity=Severity.TICKET,
        phase=Phase.FIRING,
        began=now - 900,
        seen=now,
        fired=now - 5,
        evidence="the breaker is open, 7 deliveries wait",
    )


async def test_it_takes_what_we_say(tmp_path: Path) -> None:
    """Firing, again every minute, with the watchdog; gone once it is over."""
    now = CLOCK.now()
    fires = fired(now)
    http = OperatedHttp()
    async with running(tmp_path) as url:
        sink = Alertmanager(http, url, "", LINKS)
        await sink.tell(Notice("am", fires), now)
        (found,) = (await held(url)).values()
        assert found["labels"] == {
            "alertname": "OrderbusBreakerOpen",
            "severity": "ticket",
            "rule": "breaker_open",
            "kind": "subscription",
            "name": "acme",
            "subscription": "acme",
        }
        assert found["generatorURL"] == "https://bus.example/"
        moment = Moment(at=now, health=Health.DEGRADED)
        worse = replace(fires, evidence="99 deliveries wait")
        assert await sink.remind(Minute(moment=moment, believed=[worse], firing=1))
        alerts = await held(url)
        assert alerts.keys() == {"OrderbusBreakerOpen", "OrderbusWatchdog"}
        said = alerts["OrderbusBreakerOpen"]
        assert "99 deliveries" in str(said["annotations"])
        assert said["fingerprint"] == found["fingerprint"]
        over = replace(fires, phase=Phase.RESOLVED, resolved=now)
        await sink.tell(Notice("am", over), now)
        assert (await held(url)).keys() == {"OrderbusWatchdog"}
        with pytest.raises(NotTakenError, match=r"^answered 4\d\d"):
            await http.ask("POST", f"{url}/api/v2/alerts", {}, b'[{"labels": 7}]')
    with pytest.raises(NotTakenError, match="no connection"):
        await sink.tell(Notice("am", fires), now)
    await http.close()
