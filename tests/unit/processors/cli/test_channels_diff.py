"""`bus channels diff`: what another version of a channel would change."""

import json
from pathlib import Path
from shutil import copytree

from typer.main import get_command
from typer.testing import CliRunner, Result

from bus.client.channels import channels_folder
from processors.cli.main import app

SHIPPED = channels_folder() / "shopify"


def run(*words: str) -> Result:
    """Run the command."""
    get_command(app)
    return CliRunner().invoke(app, ["channels", "diff", *words])


def changed(folder: Path) -> Path:
    """The shipped channel with another idea of an order's note."""
    place = folder / "shopify"
    copytree(SHIPPED, place)
    mapping = place / "mapping.yaml"
    text = mapping.read_text(encoding="utf-8")
    assert "\n  note: note\n" in text
    text = text.replace("\n  note: note\n", "\n  note: note | upper\n")
    mapping.write_text(text, encoding="utf-8")
    return place


def test_the_same_twice_differs_in_nothing() -> None:
    """Over its samples, without Kafka; exit code 0."""
    result = run(str(SHIPPED), str(SHIPPED))
    assert result.exit_code == 0, result.output
    assert "nothing changes" in result.output


def test_a_changed_line_shows_which_orders_it_changes(tmp_path: Path) -> None:
    """Each with the field, what it was and what it is; exit code 1."""
    place = changed(tmp_path)
    result = run(str(SHIPPED), str(place))
    assert result.exit_code == 1
    assert "note: " in result.output
    assert "shopify." in result.output
    (document,) = json.loads(run(str(SHIPPED), str(place), "--json").output)
    assert {one["how"] for one in document["changes"]} == {"changed"}
    assert all(
        line.startswith("note: ") for c in document["changes"] for line in c["lines"]
    )


def test_a_faulty_folder_is_refused(tmp_path: Path) -> None:
    """With what is wrong; exit code 2."""
    result = run(str(SHIPPED), str(tmp_path))
    assert result.exit_code == 2
    assert "/channel.yaml:1: no_file" in result.output
    both = run(str(tmp_path / "old"), str(tmp_path / "new"))
    assert both.exit_code == 2
    assert both.output.count("is not there; a channel's folder is expected") == 2
