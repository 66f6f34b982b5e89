"""`bus schemas diff`, from the outside: files, git, the registry, the HTTP API."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bus.client.schemas import load_catalogue
from processors.cli.main import app
from tests.support.checkout import Checkout
from tests.support.gateway import serving
from tests.support.schema_past import gone_field, older_schema
from tests.support.worlds import Worlds
from tests.unit.processors.cli.test_over_api import Shell

TYPE = "order.created"


def run(*words: str, code: int = 0) -> Result:
    """Run it as a user does."""
    done = CliRunner().invoke(app, ["schemas", "diff", *words])
    assert done.exit_code == code, done.output
    return done


def test_against_a_folder(tmp_path: Path) -> None:
    """The file here, and the earlier one; what was added is no harm."""
    (tmp_path / "order").mkdir()
    (tmp_path / "order" / "OrderCreated.avsc").write_text(older_schema())
    shown = run(TYPE, "--against", str(tmp_path)).stdout
    assert f"  {gone_field()}: new, " in shown
    assert "Readers of the newer one, of what the older one wrote: can read" in shown
    found = json.loads(run(TYPE, "--against", str(tmp_path), "--json").stdout)
    assert {change["kind"] for change in found["changes"]} == {"added", "meaning"}
    none = run("payment.captured", "--against", str(tmp_path), code=2)
    assert "has no schema of payment.captured" in none.stderr


def test_against_git(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revision by its name; a needed field that was none then breaks old data."""
    folder, path = checkout.folder, "order/OrderCreated.avsc"
    text = load_catalogue().schema(TYPE).text
    definition = json.loads(text)
    definition["fields"] = [f for f in definition["fields"] if f["name"] != "status"]
    checkout.commit(json.dumps(definition), path)
    checkout.write(text, path)
    monkeypatch.setenv("ORDERBUS_SCHEMAS_DIR", str(folder))
    shown = run(TYPE, "--git", "HEAD", code=1).stdout
    assert "status: new" in shown
    assert "old data lacks it" in shown
    both = run(TYPE, "--git", "HEAD", "--against", str(folder), code=2)
    assert "not both" in both.stderr


async def test_of_the_registry_over_the_api(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By ids; without any the newest and the one before."""
    monkeypatch.setenv("ORDERBUS_DATA_DIR", str(tmp_path))
    async with serving(worlds) as client:
        bus = Shell(client)
        alone = await bus("schemas", "diff", TYPE, code=1)
        assert "no version before it" in alone.stderr
        old = await worlds.schemas.register("s", older_schema())
        assert gone_field() in (await bus("schemas", "diff", TYPE)).stdout
        words = ("schemas", "diff", TYPE, "--older", "0", "--newer", str(old))
        assert "gone, was" in (await bus(*words)).stdout
