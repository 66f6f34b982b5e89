"""The report: what it says, how sure it is, and that its page takes any text."""

import json
from datetime import UTC, datetime
from typing import cast

import pytest

from bus.errors import ConfigurationError
from bus.migration.comparing import compare
from bus.migration.comparison import Class, Comparison, Tally, grouped
from bus.migration.figures import bound, spread
from bus.migration.gates import Known, gates
from bus.migration.ledger import Migration, first_epoch
from bus.migration.phases import Phase, Rung
from bus.migration.proofs import proof_of
from bus.migration.recorded import (
    Recorded,
    UnreadError,
    read_json_line,
    sent_of,
    written,
)
from bus.migration.report import Setting, hash_of, report
from bus.migration.sent import Sent
from bus.migration.terms import Terms, parse_terms
from processors.parity.page import report_page

NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
TERMS = Terms()


def sent(order: str, body: dict, at_ms: int = 0, **more: object) -> Sent:
    """A request with a body in our own shape."""
    whole = {"type": "order.created", "order_id": order, "bus": {"sequence": 1}, **body}
    recorded = Recorded(f"x:{order}", at_ms, json.dumps(whole).encode(), {})
    found = sent_of(recorded, TERMS.new)
    return Sent(**{name: getattr(found, name) for name in Sent.__slots__} | more)


def reported(comparison: Comparison) -> dict:
    """Its report."""
    return report(comparison, Setting("old.jsonl", "new.jsonl", NOW, "terms"))


def test_types_are_proven_by_enough_pairs_alone() -> None:
    """3/N, by type: 12 pairs prove nothing, whatever other types have."""
    many = [sent(str(n), {}) for n in range(3_000)]
    few = [sent(str(n), {"type": "order.paid"}) for n in range(12)]
    document = reported(compare([*many, *few], [*many, *few], TERMS, {}))
    told = {one["type"]: (one["bound"], one["says"]) for one in document["types"]}
    assert told == {
        "order.created": (0.001, "proven: below 0.10% at 95 %"),
        "order.paid": (0.25, "not proven: 12 pairs of 3,000"),
    }
    assert document["verdict"].startswith("no difference: 3,012 pairs")


def test_each_row_shows_the_values_of_its_own_field() -> None:
    """Also of several differences of one kind in a request, and of one list."""
    old = {"a": 1, "b": "x", "gone": "g1", "lost": "g2", "lines": [{"n": 1}, {"n": 2}]}
    new = {"a": 2, "b": "y", "n1": "v1", "n2": "v2", "n3": 3}
    new["lines"] = [{"n": 10}, {"n": 20}]
    document = reported(compare([sent("7", old)], [sent("7", new)], TERMS, {}))
    rows = {
        (one["kind"], one["at"]): [(x["old"], x["new"]) for x in one["examples"]]
        for one in document["differences"]
    }
    assert rows == {
        ("field added", "n1"): [("(not there)", '"v1"')],
        ("field added", "n2"): [("(not there)", '"v2"')],
        ("field added", "n3"): [("(not there)", "3")],
        ("field missing", "gone"): [('"g1"', "(not there)")],
        ("field missing", "lost"): [('"g2"', "(not there)")],
        ("another value", "a"): [("1", "2")],
        ("another value", "b"): [('"x"', '"y"')],
        ("another value", "lines[].n"): [("1", "10"), ("2", "20")],
    }
    page = report_page(document)
    for at, value in (("n1", "v1"), ("n2", "v2")):
        row = next(x for x in page.splitlines() if f"<code>{at}</code>" in x)
        assert f"&#34;{value}&#34;" in row


def test_the_limit_of_a_migration_is_what_proves() -> None:
    """75 pairs are enough where 50 are asked for, and too few where 100 are."""
    both = [sent(str(n), {}) for n in range(75)]
    found = compare(both, both, TERMS, {})
    says = []
    for enough in (50, 100):
        setting = Setting("old", "new", NOW, "terms", enough=enough)
        document = report(found, setting)
        says += [one["says"] for one in cast("list[dict]", document["types"])]
    assert says == ["proven: below 4.00% at 95 %", "not proven: 75 pairs of 100"]


def test_a_period_is_that_of_the_pairs() -> None:
    """Of sides that do not overlap in time, too; what has no partner is not in it."""
    day_ms = 86_400_000
    old = [sent(str(n), {}, n * day_ms) for n in range(9)]
    new = [sent(str(n), {}, (20 + n // 2) * day_ms) for n in range(7)]
    document = reported(compare(old, new, TERMS, {}))
    proof = proof_of(document, 0, "ada")
    assert (proof.first_ms, proof.last_ms) == (20 * day_ms, 23 * day_ms)
    (period,) = [
        one
        for one in gates(
            Migration(id="acme", epochs=(first_epoch(0, "ada"),), proofs=(proof,)),
            Rung(Phase.CANARY, 1),
            Known(0, subscribed=True, fared=None),
        )
        if one.gate == "period"
    ]
    assert period.why == "3.0 days were compared, at least 7"
    nothing = proof_of(reported(compare(old, [], TERMS, {})), 0, "ada")
    assert (nothing.first_ms, nothing.last_ms) == (None, None)


def test_what_may_yet_come_is_no_difference() -> None:
    """From a moment on what has no partner is left out, and said to be; pairs count."""
    pair, late = sent("1", {}, 1_000), sent("2", {}, 2_000)
    for old, new in (([pair, late], [pair]), ([pair], [pair, late])):
        found = compare(old, new, TERMS, {}, until_ms=2_000)
        assert found.clean
        assert any("1 requests without a partner" in one for one in found.left_out)
        assert not compare(old, new, TERMS, {}, until_ms=2_001).clean
        assert not compare(old, new, TERMS, {}).clean
    assert compare([pair], [pair], TERMS, {}, until_ms=0).clean


def test_there_is_no_bound_where_something_differs() -> None:
    """A type with a difference is not proven by all others of its pairs."""
    tally = Tally()
    tally.counts[Class.IDENTICAL] = 5_000
    assert tally.bound == bound(5_000) == 0.0006
    tally.counts[Class.DIFFERENT] = 1
    assert tally.bound is None


def test_nothing_compared_is_not_clean() -> None:
    """Two empty recordings prove nothing."""
    comparison = compare([], [], TERMS, {})
    assert not comparison.clean
    assert reported(comparison)["verdict"] == "nothing was compared"


def test_noise_is_proposed_and_stays_a_difference() -> None:
    """What repeats of a side differ in is told as a rule, and used only if agreed."""
    old = [
        sent("7", {"nonce": "a"}, 0, id="w1", accepted=False, outcome="http 503"),
        sent("7", {"nonce": "b"}, 5, id="w1", accepted=True, outcome="accepted"),
    ]
    new = [sent("7", {"nonce": "c"}, 3, id="w1", accepted=True, outcome="accepted")]
    document = reported(compare(old, new, TERMS, {}))
    assert [one["at"] for one in document["differences"]] == ["nonce"]
    (noise,) = document["noise"]
    assert (noise["side"], noise["repeats"], noise["differing"]) == ("old", 1, 1)
    agreed = parse_terms(json.dumps({"rules": [noise["rule"]]}))
    after = compare(old, new, agreed, {})
    assert after.clean
    assert not after.noise
    assert any(line.startswith("nonce: ignored") for line in after.left_out)


def test_the_hash_is_of_all_else() -> None:
    """Any change of a report changes its hash, and its own hash is not in it."""
    document = reported(compare([sent("1", {})], [sent("1", {"x": 1})], TERMS, {}))
    assert document["hash"] == hash_of(document)
    assert document["hash"] != hash_of(document | {"verdict": "no difference"})
    json.dumps(document)


def test_spread() -> None:
    """Half, 95 and 99 in a hundred are no later."""
    found = spread(range(1, 101))
    assert found is not None
    assert (found.p50, found.p95, found.p99) == (50, 95, 99)
    assert spread([]) is None


@pytest.mark.parametrize("body", [b"\xff\x00", "grün <b>".encode(), b""])
def test_a_written_line_is_read_as_it_was(body: bytes) -> None:
    """Recordings keep bodies, text or not, headers, columns and outcomes."""
    line = Recorded("f:1", 1_793_611_807_520, body, {"a": "b"}, "http 500", {"k": "v"})
    assert read_json_line(written(line), "f:1") == line


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (b"[]", "one JSON object"),
        (b"{", "no JSON"),
        (b'{"at": "today", "body": ""}', "a time with its zone"),
        (b'{"at": 1}', "no body"),
        (b'{"at": 1, "body_base64": "%"}', "not base64"),
        (b'{"at": 1, "body": "", "headers": 3}', "headers"),
    ],
)
def test_lines_that_say_nothing(line: bytes, why: str) -> None:
    """Each is refused with what is wrong."""
    with pytest.raises(UnreadError, match=why):
        read_json_line(line, "f:1")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("rules: [{at: x, how: ignore}]", "rules.0.why"),
        ("old: {signing: {scheme: hmac, over: [what], secret_file: f}}", "over"),
        (
            "nonsense: 1",
            "nonsense: there is no such key; there are: headers, ",
        ),
        ("rules: [{at: x, how: case, why: y, z: 1}]", "rules.0.z: .*: at, how, why$"),
        (
            "old: {signing: {secret_file: f, key: 1}}",
            "old.signing.key: .*: algo",
        ),
        ("a: [", "not YAML"),
        ("- 1", "names with values"),
    ],
)
def test_terms_that_are_wrong(text: str, why: str) -> None:
    """Each field that is wrong is named; a rule has to say why it is one."""
    with pytest.raises(ConfigurationError, match=why):
        parse_terms(text)


def test_places_without_indexes() -> None:
    """Differences are grouped by where they are, whichever of a list it is."""
    assert grouped("lines[12].tax[0].x") == "lines[].tax[].x"
    assert grouped("header x-shop") == "header x-shop"
