"""What is wrong with a channel is told with code, file and line, all of it at once."""

import pytest

from bus.intake.channels.loading import load_channel
from tests.support.channels import CATALOGUE, DEFINITION, MAPPING, load

BROKEN_MAPPING = {
    "no YAML": ("a: [", "yaml", 1),
    "an anchor": ("a: &x 1\nb: *x\n", "yaml", 2),
    "a list": ("- a\n", "yaml", 1),
    "a key twice": (f"{MAPPING}  order.id: other\n", "twice", 3),
    "a target twice": (f"{MAPPING}  order: {{id: other}}\n", "twice", 3),
    "an unknown target": (f"{MAPPING}  order.idd: x\n", "unknown_target", 3),
    "an unknown inner target": (
        f"{MAPPING}  lines:\n    - each: x\n      colour: y\n",
        "unknown_target",
        5,
    ),
    "one of ours": (f"{MAPPING}  raw.sha256: x\n", "ours", 3),
    "an unknown converter": (f"{MAPPING}  note: x | shout\n", "wrong_kind", 3),
    "an argument too many": (f"{MAPPING}  note: x | upper(=a)\n", "wrong_kind", 3),
    "an argument too few": (f"{MAPPING}  note: x | prefix\n", "wrong_kind", 3),
    "an unknown table": (f"{MAPPING}  note: x | lookup(shapes)\n", "wrong_kind", 3),
    "money unsaid": (f"{MAPPING}  totals.tax: x\n", "wrong_kind", 3),
    "time unsaid": (f"{MAPPING}  placed_at: x\n", "wrong_kind", 3),
    "an amount for a time": (f"{MAPPING}  placed_at: x | money\n", "wrong_kind", 3),
    "a line for a record": (f"{MAPPING}  totals: x\n", "wrong_kind", 3),
    "a line for a list": (f"{MAPPING}  lines: x\n", "wrong_kind", 3),
    "a list for a text": (f"{MAPPING}  note: [x]\n", "wrong_kind", 3),
    "a block for a text": (f"{MAPPING}  note: {{a: x}}\n", "wrong_kind", 3),
    "a text for a block": (f"{MAPPING}  lines: [x]\n", "wrong_kind", 3),
    "a path that is none": (f"{MAPPING}  note: a..b\n", "wording", 3),
    "an unknown root": (f"{MAPPING}  note: $header.x\n", "wording", 3),
    "an open bracket": (f"{MAPPING}  note: x | part(=a\n", "wording", 3),
    "a closed one": (f"{MAPPING}  note: x | part =a)\n", "wording", 3),
    "bad JMESPath": (f"{MAPPING}  note: <<a[>>\n", "wording", 3),
    "an unknown function": (f"{MAPPING}  note: <<shout(a)>>\n", "wording", 3),
    "an empty source": (f"{MAPPING}  note: x // \n", "wording", 3),
    "an event of others": ("order.created:\n  order.id: x\n", "unknown_event", 2),
    "no such event": ("intake.order_sung:\n  order.id: x\n", "unknown_event", 2),
    "like nothing": ("intake.order_received: {like: x}\n", "unknown_section", 1),
    "no identity": ("intake.order_received:\n  note: x\n", "no_identity", 2),
    "a section of text": ("intake.order_received: x\n", "shape", 1),
}


@pytest.mark.parametrize("fault", BROKEN_MAPPING)
def test_a_fault_of_a_mapping_has_code_and_line(fault: str) -> None:
    """One fault each, and its code and line among what is told."""
    text, code, line = BROKEN_MAPPING[fault]
    loaded = load(mapping=text)
    assert loaded.channel is None
    told = {(one.file, one.code, one.line) for one in loaded.problems}
    assert ("mapping.yaml", code, line) in told, loaded.problems


BROKEN_DEFINITION = {
    "another name": (DEFINITION.replace("shop\n", "shops\n", 1), "shape", 1),
    "an unknown key": (f"{DEFINITION}formt: json\n", "unknown_key", 9),
    "an unknown format": (DEFINITION.replace("json", "yaml"), "shape", 3),
    "no verifier": (DEFINITION.replace("{kind: none}", "{}"), "shape", 4),
    "an unknown verifier": (DEFINITION.replace("none", "magic"), "shape", 4),
    "a body nobody signs": (
        DEFINITION.replace("{kind: none}", "{kind: hmac, header: x, over: [url]}"),
        "unsigned_body",
        4,
    ),
    "a part that is none": (
        DEFINITION.replace("{kind: none}", "{kind: hmac, header: x, over: [bdy]}"),
        "shape",
        4,
    ),
    "an unknown key of a verifier": (
        DEFINITION.replace("{kind: none}", "{kind: none, secret: x}"),
        "unknown_key",
        4,
    ),
    "an event nobody maps": (
        DEFINITION.replace("order_received", "order_changed"),
        "unknown_section",
        6,
    ),
    "no events": (
        DEFINITION.replace("{order: intake.order_received}", "{}"),
        "shape",
        6,
    ),
    "a table of lists": (DEFINITION.replace("{r: red}", "{r: [red]}"), "shape", 8),
    "a window that is none": (f"{DEFINITION}deduplicate: {{window: 1w}}\n", "shape", 9),
    "a size that is none": (f"{DEFINITION}limits: {{bytes: big}}\n", "shape", 9),
    "a currency that is none": (f"{DEFINITION}minor_units: {{XXQ: 1}}\n", "shape", 9),
    "a split that is none": (f"{DEFINITION}split: a..b\n", "wording", 9),
}


@pytest.mark.parametrize("fault", BROKEN_DEFINITION)
def test_a_fault_of_a_definition_has_code_and_line(fault: str) -> None:
    """What is not declared is refused."""
    text, code, line = BROKEN_DEFINITION[fault]
    loaded = load(definition=text)
    assert loaded.channel is None
    told = {(one.file, one.code, one.line) for one in loaded.problems}
    assert ("channel.yaml", code, line) in told, loaded.problems


def test_all_faults_are_told_at_once() -> None:
    """Nobody mends one to meet the next."""
    loaded = load(
        definition=f"{DEFINITION}formt: json\n",
        mapping=f"{MAPPING}  note: x | shout\n  order.idd: y\n",
    )
    assert [one.code for one in loaded.problems] == [
        "unknown_key",
        "wrong_kind",
        "unknown_target",
    ]
    assert "did you mean format?" in str(loaded.problems[0])


def test_a_folder_without_files_is_no_channel() -> None:
    """Both are said to be missing."""
    loaded = load_channel("shop", {}, CATALOGUE)
    assert {one.file for one in loaded.problems if one.code == "no_file"} == {
        "channel.yaml",
        "mapping.yaml",
    }


def test_the_version_is_of_both_files() -> None:
    """Each change of either is another version; the same texts are the same one."""
    texts = [
        (DEFINITION, MAPPING),
        (f"{DEFINITION}# more\n", MAPPING),
        (DEFINITION, f"{MAPPING}# more\n"),
    ]
    loaded = [load(*both).channel for both in (*texts, texts[0])]
    versions = [one.version for one in loaded if one is not None]
    assert len(versions) == 4
    assert len(set(versions)) == 3
    assert versions[0] == versions[3]
