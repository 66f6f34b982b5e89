"""`bus schemas check` finds breaking changes in git and says what is wrong."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.checkout import Checkout, field, run, schema


def test_a_compatible_change_passes(checkout: Checkout) -> None:
    """Every version in history is counted, and the exit code is 0."""
    checkout.commit(schema())
    checkout.commit(schema(field("int", default=0)))
    checkout.write(schema(field("long", default=0)))
    result = checkout.check()
    assert result.exit_code == 0, result.output
    assert "ok" in result.output
    assert re.search(r"ping\.sent\t2 earlier versions", result.output)


def test_a_breaking_change_is_refused(checkout: Checkout) -> None:
    """The reason names the version, the place and the remedy; exit code 1."""
    checkout.commit(schema())
    checkout.write(schema(field("int")))
    result = checkout.check()
    assert result.exit_code == 1
    assert "BREAKS" in result.output
    assert "ping/PingSent.avsc@" in result.output
    assert "/fields/7 (size): required" in result.output
    assert "give it a default" in result.output


def test_what_broke_long_ago_still_counts(checkout: Checkout) -> None:
    """The first version is compared, not only the last one, unless asked."""
    checkout.commit(schema())
    checkout.commit(schema(field("int", default=0)))
    checkout.write(schema(field("int")))
    assert checkout.check().exit_code == 1
    assert checkout.check("--level", "backward").exit_code == 0
    assert checkout.check("--git", "HEAD").exit_code == 0
    assert checkout.check("--git", "HEAD~1").exit_code == 1
    assert checkout.check("--level", "none").exit_code == 0


def test_a_moved_file_keeps_its_history(checkout: Checkout) -> None:
    """The event type is what counts, not the path."""
    checkout.commit(schema())
    (checkout.folder / "ping" / "PingSent.avsc").unlink()
    checkout.write(schema(field("int"), name="Pinged"), "ping/Pinged.avsc")
    result = checkout.check()
    assert result.exit_code == 1
    assert "different names" in result.output


def test_another_folder_can_be_compared(checkout: Checkout, tmp_path: Path) -> None:
    """Without git, the versions in use are given as a folder."""
    checkout.write(schema(field("int")), "../published/ping/PingSent.avsc")
    checkout.write(schema(field("string")))
    result = checkout.check("--against", str(tmp_path / "published"))
    assert result.exit_code == 1
    assert "published/ping/PingSent.avsc: /fields/7/type (size): int" in result.output


def test_an_event_type_that_is_gone_is_noted(checkout: Checkout) -> None:
    """To retire an event type is allowed, but said."""
    checkout.commit(schema())
    checkout.commit(
        schema(name="PongSent", event="ping.answered"), "ping/PongSent.avsc"
    )
    (checkout.folder / "ping" / "PingSent.avsc").unlink()
    result = checkout.check()
    assert result.exit_code == 0
    assert "ping.sent is gone" in result.output


def test_broken_rules_are_refused(checkout: Checkout) -> None:
    """A field without a doc and a file that is no schema are told so."""
    checkout.commit(schema())
    checkout.write(schema(field("int", default=0, doc="")))
    checkout.write("{", "ping/Broken.avsc")
    result = checkout.check()
    assert result.exit_code == 1
    assert "size has no doc" in result.output
    assert "not JSON" in result.output


def test_clashes_between_files_are_refused(checkout: Checkout) -> None:
    """An event type taken twice and a type that differs are told."""
    checkout.commit(schema())
    checkout.write(schema(name="Other").replace('"old"', '"gone"'), "ping/Other.avsc")
    result = checkout.check()
    assert result.exit_code == 1
    assert "ping.sent is in ping/Other.avsc and in ping/PingSent.avsc" in result.output
    assert "oms.common.v1.Status in ping/PingSent.avsc differs" in result.output


def test_a_version_that_never_was_valid_is_passed_over(checkout: Checkout) -> None:
    """Nobody can have used it."""
    checkout.commit("{ not json")
    checkout.commit(schema().replace('"string"', '"strung"'))
    checkout.commit(schema())
    result = checkout.check()
    assert result.exit_code == 0
    assert "1 earlier version" in result.output


def test_a_version_that_was_no_event_is_passed_over(checkout: Checkout) -> None:
    """A record from before there were event types is another thing."""
    checkout.commit(schema(field("int")).replace("event_type", "note"))
    checkout.commit(schema())
    assert "1 earlier version" in checkout.check().output


def test_a_machine_without_git_is_told(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without git there is --against."""
    checkout.write(schema())
    monkeypatch.setenv("PATH", "")
    result = checkout.check()
    assert result.exit_code == 2
    assert "git is not installed; name the earlier versions with" in result.stderr


def test_the_report_is_there_as_json(checkout: Checkout) -> None:
    """Pipelines read one document."""
    checkout.commit(schema())
    checkout.write(schema(field("int")))
    report = json.loads(checkout.check("--json").output)
    assert report["good"] is False
    assert report["schemas"][0]["event_type"] == "ping.sent"
    assert len(report["schemas"][0]["reasons"]) == 1


def shallow(checkout: Checkout) -> Path:
    """A shallow clone of a checkout with two commits."""
    checkout.commit(schema())
    checkout.commit(schema(field("int", default=0)))
    checkout.git("clone", "-q", "--depth", "1", f"file://{checkout.root}", "copy")
    return checkout.root / "copy" / "contracts"


def no_commits(checkout: Checkout) -> Path:
    """A folder that was never committed."""
    checkout.write(schema())
    return checkout.folder


def no_checkout(checkout: Checkout) -> Path:
    """A folder outside of git."""
    checkout.write(schema())
    (checkout.root / ".git").rename(checkout.root / "no-git")
    return checkout.folder


def empty(checkout: Checkout) -> Path:
    """A folder without schemas."""
    checkout.folder.mkdir()
    return checkout.folder


@pytest.mark.parametrize(
    ("prepare", "arguments", "why"),
    [
        (no_checkout, [], "is not in a git checkout; compare with --against DIR"),
        (no_commits, [], "has no commits yet; compare with --against DIR"),
        (shallow, [], "is in a shallow clone"),
        (shallow, ["--git", "nope"], "there is no git revision 'nope'"),
        (shallow, ["--git", "--help"], "there is no git revision '--help'"),
        (empty, [], "holds no <family>/<RecordName>.avsc"),
        (no_commits, ["--against", "nowhere"], "no folder of schemas at nowhere"),
        (no_commits, ["--against", "x", "--git", "y"], "either --against or --git"),
        (no_commits, ["--level", "sideways"], "'sideways' is not one of"),
    ],
)
def test_wrong_usage_is_explained(
    checkout: Checkout,
    prepare: Callable[[Checkout], Path],
    arguments: list[str],
    why: str,
) -> None:
    """One clear line on the error stream, exit code 2."""
    folder = prepare(checkout)
    result = run("check", str(folder), *arguments)
    assert result.exit_code == 2
    assert why in " ".join(result.stderr.replace("│", " ").split())


def test_a_revision_without_schemas_is_explained(checkout: Checkout) -> None:
    """A revision from before the schemas is told so."""
    checkout.commit("hello", "../README")
    checkout.commit(schema())
    result = checkout.check("--git", "HEAD~1")
    assert result.exit_code == 2
    assert "HEAD~1 has no schemas" in result.stderr
