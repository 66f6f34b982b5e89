"""`bus diagnose`, from the outside: against endpoints on loopback."""

import json
import os
import stat
from pathlib import Path

import pytest

from processors.settings import load
from processors.wiring.diagnosing import open_means
from tests.support.diagnose_command import (
    BASIC,
    CLIENT,
    CLIENT_KEY,
    ENCRYPTION_KEY,
    SECRETS,
    Bus,
    failed,
    partner,
    run,
    subscribe,
)
from tests.support.endpoint import Endpoint, Exchange, says
from tests.support.partner import SECRET
from tests.support.worlds import Worlds


@pytest.fixture
def bus(worlds: Worlds) -> Bus:
    """A bus without subscriptions."""
    return Bus(worlds)


async def test_a_good_endpoint(bus: Bus) -> None:
    """Exit code 0; what was found is said, progress on stderr."""
    async with Endpoint(partner()) as endpoint:
        await subscribe(bus, endpoint.url("/hook?token=hush1234"))
        done = await run(bus, "acme")

    assert done.exit_code == 0, done.output
    first, second, *_ = done.stdout.splitlines()
    assert first.startswith("acme  http://127.0.0.1:")
    assert first.endswith("/hook?token=…")
    assert "no error" in second
    assert "[signature.checked]" in done.stdout
    assert "[failures.quiet]" in done.stdout
    assert "[limits.ok]" in done.stdout
    assert "sending a wrong signature …" in done.stderr


async def test_an_error_is_exit_code_1(bus: Bus) -> None:
    """And comes first, with what to do."""
    async with Endpoint(partner(to_wrong=200)) as endpoint:
        await subscribe(bus, endpoint.url())
        done = await run(bus, "acme")

    assert done.exit_code == 1
    assert done.stdout.splitlines()[3].startswith("error    It took an event with a wr")


async def test_for_programs(bus: Bus) -> None:
    """One document, with codes, times and evidence; nothing else on stdout."""
    async with Endpoint(partner()) as endpoint:
        await subscribe(bus, endpoint.url())
        await failed(bus, "503 oops")
        done = await run(bus, "acme", "--json")

    report = json.loads(done.stdout)
    assert report["subscription"] == "acme"
    assert report["counts"]["error"] == 0
    codes = {one["code"]: one for one in report["findings"]}
    assert codes["failures.failed"]["evidence"]["last_detail"] == "503 oops"
    assert codes["signed.ok"]["at"].endswith("Z")
    assert codes["signed.ok"]["evidence"]["status"] == 200


async def test_a_url_and_its_secret(bus: Bus, tmp_path: Path) -> None:
    """From a file or standard input; without one less is tried."""
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")
    async with Endpoint(partner()) as endpoint:
        url = endpoint.url()
        for given, stdin in (((str(file)), None), ("-", SECRET)):
            done = await run(bus, url, "--secret-file", given, stdin=stdin)
            assert done.exit_code == 0, done.output
            assert "[signed.ok]" in done.stdout
        done = await run(bus, url)
    assert done.exit_code == 0
    assert "[secrets.missing]" in done.stdout


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("acme.example/in",), "https:// in front"),
        (("ftp://acme.example/in",), "absolute http or https URL"),
        (("https://user:hush@acme.example/",), "credentials do not belong"),
        (("acme", "--secret-file", "x"), "has its own secret"),
        (("acme", "--since", "soon"), "'soon'"),
        (("acme", "--bundle", "/nowhere/at/all.json"), "no folder"),
        (("https://a.example", "--secret-file", "/nowhere"), "No such file"),
        (("https://a.example", "--secret-file", "-"), "expected whsec_"),
    ],
)
async def test_wrong_usage(bus: Bus, args: tuple[str, ...], says: str) -> None:
    """Exit code 2, one precise sentence, no secret in it."""
    done = await run(bus, *args, stdin="hush")
    assert done.exit_code == 2
    assert says in " ".join(done.stderr.replace("│", " ").split())
    assert "hush" not in done.output


async def test_nobody_of_that_name(bus: Bus) -> None:
    """Exit code 1, as with all commands."""
    done = await run(bus, "nobody")
    assert done.exit_code == 1
    assert "nobody" in done.stderr


def hostile(exchange: Exchange) -> None:
    """Answer with what a terminal obeys."""
    evil = b"\x1b]0;owned\x07\x1b[2J\xc2\x9b31m<script>"
    exchange.write(
        b"HTTP/1.1 500 \x1b[2J\r\ncontent-type: \x1b[31mx\r\n"
        b"content-length: %d\r\n\r\n" % len(evil) + evil
    )


@pytest.mark.parametrize("option", [(), ("--json",)])
async def test_nothing_reaches_the_terminal(bus: Bus, option: tuple[str, ...]) -> None:
    """Escapes in an answer, its headers, or an earlier one are shown, not obeyed."""
    async with Endpoint(hostile) as endpoint:
        await subscribe(bus, endpoint.url())
        await failed(bus, "500 \x1b]0;owned\x07")
        done = await run(bus, "acme", *option)

    assert done.exit_code == 1
    assert "\x1b" not in done.output
    assert "\x07" not in done.output
    assert "\x9b" not in done.output
    assert "<script>" in done.stdout


async def test_a_hanging_endpoint_is_an_error(bus: Bus) -> None:
    """Within its own timeout."""
    async with Endpoint(says()) as endpoint:
        await subscribe(bus, endpoint.url(), timeout="0.3s")
        done = await run(bus, "acme")
    assert done.exit_code == 1
    assert "[http.silent]" in done.stdout


def echo(exchange: Exchange) -> None:
    """Answer with the request, as test services do."""
    body = exchange.head + exchange.body
    exchange.write(b"HTTP/1.1 400 x\r\ncontent-length: %d\r\n\r\n" % len(body) + body)


@pytest.fixture
def guarded(bus: Bus) -> Bus:
    """A bus whose settings have secrets."""
    bus.hidden = (
        SECRETS["encryption key"],
        SECRETS["registry password"],
        SECRETS["Kafka password"],
    )
    return bus


async def test_no_secret_leaves(guarded: Bus, tmp_path: Path) -> None:
    """Not in the bundle, nor in what is printed, whatever the endpoint sends back."""
    bundle = tmp_path / "ticket.json"
    async with Endpoint(echo) as endpoint:
        await subscribe(
            guarded,
            endpoint.url(f"/hook?token={SECRETS['query']}"),
            headers={
                "Authorization": SECRETS["header value"],
                "X-Login": f"Basic {BASIC}",
            },
            tls={
                "client_certificate": CLIENT.cert_chain_pems[0].bytes().decode(),
                "client_key": CLIENT_KEY,
            },
        )
        await failed(guarded, "503 " + " ".join(SECRETS.values()))
        told = [
            await run(guarded, "acme", "--bundle", str(bundle), *option)
            for option in ((), ("--json",))
        ]

    written = bundle.read_text()
    for name, secret in (SECRETS | {"login as sent": BASIC}).items():
        assert secret not in written, name
        assert all(secret not in done.output for done in told), name
    assert "(hidden)" in written
    assert "(hidden)" in told[0].stdout


async def test_what_a_bundle_has(bus: Bus, tmp_path: Path) -> None:
    """Findings, configuration, the failure's timeline, versions; for us alone."""
    bundle = tmp_path / "ticket.json"
    bundle.write_text("an older one")
    bundle.chmod(0o644)
    bus.configuration = {"sender": "lean"}
    async with Endpoint(partner()) as endpoint:
        await subscribe(bus, endpoint.url(), description="their shop")
        await failed(bus, "503 oops")
        done = await run(bus, "acme", "--bundle", str(bundle))

    assert done.exit_code == 0, done.output
    assert f"written: {bundle}" in done.stderr
    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600
    told = json.loads(bundle.read_text())
    assert told["report"]["findings"]
    assert told["subscription"]["description"] == "their shop"
    assert told["settings"] == {"sender": "lean"}
    assert told["versions"]["orderbus"]
    (life,) = told["timelines"]
    assert [track["id"] for track in life["subscriptions"]] == ["acme"]
    assert life["subscriptions"][0]["steps"][0]["detail"] == "503 oops"
    assert os.listdir(tmp_path) == [bundle.name]  # noqa: PTH208 - in an async test


async def test_a_bundle_that_cannot_be_written(bus: Bus, tmp_path: Path) -> None:
    """Refused with its name; what was found is told all the same."""
    async with Endpoint(partner()) as endpoint:
        folder = tmp_path / "x"
        folder.mkdir()
        done = await run(bus, endpoint.url(), "--bundle", str(folder))
    assert done.exit_code == 2
    assert "--bundle" in done.stderr
    assert "[http.ok]" in done.stdout


async def test_what_is_hidden_of_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every secret of the settings is known, and none is told."""
    monkeypatch.setenv("ORDERBUS_ENCRYPTION_KEY", ENCRYPTION_KEY)
    monkeypatch.setenv("ORDERBUS_REGISTRY_URL", "https://registry.example")
    monkeypatch.setenv("ORDERBUS_REGISTRY_AUTH", f"u:{SECRETS['registry password']}")
    monkeypatch.setenv("ORDERBUS_KAFKA_SASL_PASSWORD", SECRETS["Kafka password"])
    monkeypatch.setenv("ORDERBUS_KAFKA_SSL_KEY_PEM", CLIENT_KEY)
    async with open_means(load()) as means:
        assert {
            ENCRYPTION_KEY,
            SECRETS["registry password"],
            SECRETS["Kafka password"],
        } < set(means.hidden)
        told = json.dumps(means.configuration) + repr(means)
    assert "hush" not in told
    assert ENCRYPTION_KEY not in told
