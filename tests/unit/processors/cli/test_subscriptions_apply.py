"""`bus subscriptions apply` makes it as the file declares."""

from pathlib import Path

from tests.support.subscriptions_command import as_json, bus, good
from tests.support.worlds import Worlds

FILE = """
- {id: acme, url: "https://acme.example/in", types: "order.*"}
- {id: beta, url: "https://beta.example/in", types: "*", timeout: 3s}
"""


def test_apply(worlds: Worlds, tmp_path: Path) -> None:
    """Dry run, apply, apply again: shown, made, nothing to do."""
    file = tmp_path / "subscriptions.yaml"
    file.write_text(FILE)
    dry = good(worlds, "apply", "-f", str(file), "--dry-run")
    assert "+ acme  create" in dry
    assert "2 would change, 0 as declared" in dry
    assert "whsec_" not in dry
    assert worlds.records("bus.subscriptions") == []
    made = good(worlds, "apply", "-f", str(file))
    assert made.count("whsec_") == 2
    again = good(worlds, "apply", "-f", str(file))
    assert "0 to change, 2 as declared" in again
    assert "whsec_" not in again
    changed = FILE.replace("3s", "4s").replace("order.*", "payment.*")
    printed = good(worlds, "apply", "-f", "-", stdin=changed)
    assert "~ beta  update" in printed
    assert "timeout: 3s → 4s" in printed
    assert "types: order.* → payment.*" in printed


def test_apply_as_json(worlds: Worlds) -> None:
    """One document: the plan and what was done, new secrets included."""
    made = as_json(worlds, "apply", "-f", "-", stdin=FILE)
    plan, done = made["plan"], made["done"]
    assert isinstance(plan, list)
    assert isinstance(done, list)
    assert [step["action"] for step in plan] == ["create", "create"]
    assert all(step["secret"].startswith("whsec_") for step in done)
    again = as_json(worlds, "apply", "-f", "-", stdin=FILE)
    assert again["done"] == []


def test_prune_asks(worlds: Worlds) -> None:
    """Nothing is removed unasked, and never without --prune."""
    good(worlds, "apply", "-f", "-", stdin=FILE)
    only_acme = FILE.splitlines()[1]
    assert "0 to change" in good(worlds, "apply", "-f", "-", stdin=only_acme)
    asked = bus(worlds, "apply", "-f", "-", "--prune", stdin=only_acme)
    assert asked.exit_code == 2
    assert "Remove beta?" in asked.stderr
    dry = good(worlds, "apply", "-f", "-", "--prune", "--dry-run", stdin=only_acme)
    assert "- beta  remove" in dry
    printed = good(worlds, "apply", "-f", "-", "--prune", "--yes", stdin=only_acme)
    assert "beta: removed" in printed
    good(worlds, "apply", "-f", "-", stdin=FILE)
    removed = as_json(worlds, "apply", "-f-", "--prune", "-y", stdin=only_acme)
    assert removed["done"] == [{"id": "beta", "action": "remove"}]
