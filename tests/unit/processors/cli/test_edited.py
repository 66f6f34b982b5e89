"""`--edited` and `bus events show` from the outside, with and without the API."""

import asyncio
import json
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bus.delivery.delivery import Reason
from tests.support.edits import EVENT, SAID, decoded, put_aside
from tests.support.gateway import serving
from tests.support.past import Past
from tests.support.worlds import Worlds
from tests.unit.processors.cli.test_over_api import Shell

PLACE = "oms.order/0/7"
RETRY = "bus.retry.acme.1s"


def bus(worlds: Worlds, group: str, *args: str) -> Result:
    """Run a command; it must not fail in any way but on purpose."""
    app = import_module(f"processors.cli.{group}").app
    done = CliRunner().invoke(app, args, obj=worlds.open)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


async def _past(worlds: Worlds) -> str:
    """A quarantined record, and a refused dead letter; its place."""
    async with worlds.open() as world:
        await world.table.ready()
        await put_aside(world, *SAID)
        past = Past(world)
        await past.subscribe()
        record = await past.produce(EVENT)
        at = await past.die("acme", EVENT, record, reason=Reason.REFUSED)
        return f"{at.topic}/{at.partition}/{at.offset}"


@pytest.fixture
def letter(worlds: Worlds) -> str:
    """The place of a refused dead letter of acme's."""
    return asyncio.run(_past(worlds))


def edited(worlds: Worlds, letter: str, folder: Path, **fields: object) -> str:
    """A file with the letter's data, some fields edited."""
    shown = bus(worlds, "events", "show", letter, "--as", "data")
    assert shown.exit_code == 0, shown.output
    file = folder / "edited.json"
    file.write_text(json.dumps(json.loads(shown.stdout) | fields))
    return str(file)


def test_a_refused_letter(worlds: Worlds, letter: str, tmp_path: Path) -> None:
    """Shown, edited, sent; asked again it says that it was."""
    file = edited(worlds, letter, tmp_path, purchase_order="PO-9")
    args = ("replay", "acme", "--event", EVENT.webhook_id, "--edited", file)
    dry = bus(worlds, "dlq", *args, "--dry-run")
    assert f"would replace {letter} by order.created" in dry.stdout
    assert worlds.records(RETRY) == []
    done = bus(worlds, "dlq", *args)
    assert (done.exit_code, f"replaced {letter} by {RETRY}/" in done.stdout) == (
        0,
        True,
    )
    again = json.loads(bus(worlds, "dlq", *args, "--json").stdout)
    assert (again["already"], again["event_id"]) == (True, EVENT.webhook_id)
    (hop,) = worlds.records(RETRY)

    async def purchase_order() -> object:
        async with worlds.open() as world:
            return (await decoded(world, hop)).data["purchase_order"]

    assert asyncio.run(purchase_order()) == "PO-9"
    listed = json.loads(bus(worlds, "dlq", "list", "acme", "--json").stdout)
    assert [row["state"] for row in listed] == ["replaced"]


def test_a_quarantined_record(worlds: Worlds, letter: str, tmp_path: Path) -> None:
    """Published in its place; what there is not is exit code 1."""
    file = edited(worlds, letter, tmp_path)
    done = bus(worlds, "quarantine", "replay", PLACE, "--edited", file)
    assert (done.exit_code, f"replaced {PLACE} by oms.order/" in done.stdout) == (
        0,
        True,
    )
    assert len(worlds.records("oms.order")) == 2
    missing = bus(worlds, "quarantine", "replay", "oms.order/0/8", "--edited", file)
    assert missing.exit_code == 1
    assert "no record of oms.order/0/8" in missing.stderr


@pytest.mark.parametrize(
    ("args", "why"),
    [
        (("quarantine", "replay"), "one PLACE"),
        (("quarantine", "replay", PLACE, "--since", "2h"), "no filter"),
        (("dlq", "replay", "--event", "x"), "SUBSCRIPTION and one --event"),
        (("dlq", "replay", "acme"), "SUBSCRIPTION and one --event"),
        (("dlq", "replay", "acme", "--event", "x", "--order", "y"), "no other filter"),
    ],
)
def test_what_an_edit_is_of(
    worlds: Worlds, letter: str, tmp_path: Path, args: tuple[str, ...], why: str
) -> None:
    """One record, named; nothing is left aside in silence."""
    file = edited(worlds, letter, tmp_path)
    got = bus(worlds, *args, "--edited", file)
    assert got.exit_code == 2
    assert why in got.stderr


@pytest.mark.parametrize(
    ("text", "why"),
    [("[]", "expected a JSON object"), ("{", "no JSON"), ('{"a": 1}', "a")],
)
def test_files_that_do_not_fit(
    worlds: Worlds, letter: str, tmp_path: Path, text: str, why: str
) -> None:
    """The file or the field is named; nothing is written."""
    del letter
    file = tmp_path / "edited.json"
    file.write_text(text)
    got = bus(worlds, "quarantine", "replay", PLACE, "--edited", str(file))
    assert got.exit_code == 2
    assert why in got.stderr
    assert len(worlds.records("oms.order")) == 1


def test_what_stands_at_a_place(worlds: Worlds, letter: str) -> None:
    """Whole, in each form, or why there is nothing."""
    whole = bus(worlds, "events", "show", letter)
    assert "refused" in whole.stdout
    assert EVENT.webhook_id in whole.stdout
    row = json.loads(bus(worlds, "events", "show", letter, "--json").stdout)
    assert row["kind"] == "dead_letter"
    for form, inside in (("json", '"id"'), ("xml", "<id>"), ("cloudevents", "specver")):
        shown = bus(worlds, "events", "show", letter, "--as", form)
        assert inside in shown.stdout
        assert EVENT.webhook_id in shown.stdout
    assert "hexdump" not in bus(worlds, "events", "show", "bus.quarantine/0/0").stdout
    missing = bus(worlds, "events", "show", "oms.order/0/99")
    assert (missing.exit_code, "is not there" in missing.stderr) == (1, True)
    wrong = bus(worlds, "events", "show", "oms.order")
    assert (wrong.exit_code, "is no place" in wrong.stderr) == (2, True)
    secret = bus(worlds, "events", "show", "bus.subscriptions/0/0")
    assert secret.exit_code == 1


async def test_over_the_api(
    worlds: Worlds, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same, without a way to Kafka."""
    monkeypatch.setenv("ORDERBUS_DATA_DIR", str(tmp_path))
    monkeypatch.delenv("ORDERBUS_BOOTSTRAP_SERVERS", raising=False)
    letter = await _past(worlds)
    async with serving(worlds) as client:
        shell = Shell(client)
        data = json.loads(
            (await shell("events", "show", letter, "--as", "data")).stdout
        )
        xml = await shell("events", "show", letter, "--as", "xml")
        assert f"<id>{EVENT.webhook_id}</id>" in xml.stdout
        assert "dead_letter" in (await shell("events", "show", letter)).stdout
        file = tmp_path / "edited.json"
        file.write_text(json.dumps(data | {"purchase_order": "PO-9"}))
        args = ("dlq", "replay", "acme", "--event", EVENT.webhook_id)
        done = await shell(*args, "--edited", str(file))
        assert f"replaced {letter} by {RETRY}/" in done.stdout
        assert len(worlds.records(RETRY)) == 1
        refused = await shell("dlq", "replay", "--edited", str(file), code=2)
        assert "one --event" in refused.stderr
