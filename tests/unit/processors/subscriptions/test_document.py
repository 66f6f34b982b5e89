"""Subscriptions as people write them."""

from pathlib import Path

import pytest

from bus.delivery.choices import Ordering
from bus.delivery.objective import OwnObjective
from bus.delivery.subscription import State, Subscription, parse_subscription
from bus.errors import ConfigurationError, InvalidSubscriptionError
from processors.subscriptions.document import (
    Draft,
    changing,
    draft,
    read_drafts,
    whole,
)

LEAST = {"id": "acme", "url": "https://acme.example/hooks", "types": "order.*"}


def make(folder: Path = Path(), **fields: object) -> Draft:
    """A draft of the least subscription with some fields more."""
    return draft({**LEAST, **fields}, folder)


def test_durations_have_units() -> None:
    """max_age and timeout are written 2d and 500ms, or as seconds."""
    made = make(max_age="2d", timeout="500ms").subscription
    assert (made.max_age_s, made.timeout_s) == (172_800, 0.5)
    assert make(timeout=3).subscription.timeout_s == 3


def test_a_single_word_stands_for_a_list() -> None:
    """One type and one tier need no list."""
    made = make(retry="5s").subscription
    assert (made.types, made.retry) == (("order.*",), ("5s",))


def test_long_and_secret_texts_come_from_files(tmp_path: Path) -> None:
    """PEMs, header values and the secret are read from files, stripped."""
    for name in ("ca", "crt", "key", "token", "secret"):
        (tmp_path / name).write_text(f"{name}-text\n")
    made = make(
        tmp_path,
        tls={
            "ca_file": "ca",
            "client_certificate_file": "crt",
            "client_key_file": str(tmp_path / "key"),
            "verify": False,
        },
        headers={"Authorization": {"file": "token"}, "X-Plain": "y"},
        secret_file="secret",  # noqa: S106 - a file name
    )
    tls = made.subscription.tls
    assert (tls.ca, tls.client_key, tls.verify) == ("ca-text\n", "key-text\n", False)
    assert made.subscription.headers == {"Authorization": "token-text", "X-Plain": "y"}
    assert made.secret == "secret-text"  # noqa: S105 - made up
    assert "secret-text" not in repr(made)
    assert "token-text" not in repr(made)


def test_an_objective_is_a_share_and_a_duration() -> None:
    """99.9% or 0.999; what is left out or null is as all have it."""
    made = make(objective={"success": "99.9%", "p95": "500ms"}).subscription
    assert (made.objective.success, made.objective.p95_s) == (0.999, 0.5)
    assert make(objective={"p95": 3}).subscription.objective.success is None
    assert make().subscription.objective == OwnObjective()
    loose = changing({"objective": {"success": None}}, Path())(made)
    assert loose.objective == OwnObjective(p95_s=0.5)


def test_an_objective_goes_to_the_api_without_units_it_does_not_know() -> None:
    """A percentage becomes a number there, a number of seconds a duration."""
    told = whole({"id": "a", "objective": {"success": "99.9%", "p95": 2}}, Path())
    assert told["objective"] == {"success": 0.999, "p95": "2s"}
    with pytest.raises(InvalidSubscriptionError, match=r"objective\.success"):
        whole({"objective": {"success": "well"}}, Path())


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({"objective": {"success": "100%"}}, "objective.success", "from 50% to"),
        ({"objective": {"success": 99.5}}, "objective.success", "from 0.5 to"),
        ({"objective": {"success": "well"}}, "objective.success", "expected a share"),
        ({"objective": {"p95": "10m"}}, "objective.p95", "300 s at most"),
        ({"objective": {"p95": "soon"}}, "objective.p95", "no duration"),
        ({"objective": {"p99": "1s"}}, "objective.p99", "did you mean p95?"),
        ({"objective": "99%"}, "objective", "expected success, p95 or both"),
        ({"timeout": "soon"}, "timeout", "no duration"),
        ({"timeout": "400s"}, "timeout", "a number of 300 or less"),
        ({"timeout": True}, "timeout", "'True' is no duration"),
        ({"timeout": ["5s"]}, "timeout", "number"),
        ({"timeout_s": 5}, "timeout_s", "write timeout, a duration"),
        ({"state": "paused"}, "state", "kept by the bus"),
        ({"starts": "disabled"}, "starts", "expected active or paused"),
        ({"starts": ["paused"]}, "starts", "expected active or paused"),
        ({"secrets": []}, "secrets", "kept by the bus"),
        ({"urls": "x"}, "urls", "no such field; did you mean url?"),
        ({"tls": {"ca_file": "gone"}}, "tls.ca_file", "No such file"),
        ({"tls": 5}, "tls", "expected a mapping"),
        ({"headers": {"X": {"file": "gone"}}}, "headers.X", "No such file"),
        ({"headers": 5}, "headers", "mapping"),
        ({"headers": {"X": {"env": "A"}}}, "headers.X", "expected text"),
        ({"secret_file": "gone"}, "secret_file", "No such file"),
        ({"secret_file": "binary"}, "secret_file", "not text"),
    ],
)
def test_a_wrong_field_is_named_as_it_was_written(
    tmp_path: Path, fields: dict[str, object], field: str, why: str
) -> None:
    """Problems carry the written name, not the model's."""
    (tmp_path / "binary").write_bytes(b"\xff")
    with pytest.raises(InvalidSubscriptionError) as caught:
        make(tmp_path, **fields)
    assert [name for name, _ in caught.value.problems] == [field]
    assert why in caught.value.why


def test_all_problems_of_all_come_together() -> None:
    """A file is refused once, with everything that is wrong in it."""
    text = """
    subscriptions:
    - {id: acme, url: "ftp://x", types: "order.*", timeout: soon}
    - {url: "https://b.example", types: "*"}
    - {id: twin, url: "https://b.example", types: "*"}
    - {id: twin, url: "https://b.example", types: "*"}
    """
    with pytest.raises(InvalidSubscriptionError) as caught:
        read_drafts(text, Path())
    assert [name for name, _ in caught.value.problems] == [
        "acme.timeout",
        "acme.url",
        "#2.id",
        "twin.id",
    ]


def test_a_file_is_a_list_or_has_one() -> None:
    """Both forms mean the same; an empty file declares none."""
    entry = "{id: acme, url: 'https://a.example', types: '*', ordering: key}"
    plain = read_drafts(f"- {entry}", Path())
    named = read_drafts(f"subscriptions: [{entry}]", Path())
    assert plain == named
    assert plain[0].subscription.ordering is Ordering.KEY
    assert read_drafts("", Path()) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: [", "^subs.yaml: not YAML at line 1"),
        ("\x00", "^subs.yaml: not YAML"),
        ("a: 5", "^subs.yaml: expected `subscriptions:` with a list"),
        ("- 5", "^subs.yaml: expected `subscriptions:` with a list"),
        ("5", "^subs.yaml: expected `subscriptions:` with a list"),
    ],
)
def test_what_is_no_list_is_refused(text: str, why: str) -> None:
    """Broken YAML and other documents are clear errors."""
    with pytest.raises(ConfigurationError, match=why):
        read_drafts(text, Path(), "subs.yaml")


def full() -> Subscription:
    """A subscription with some fields set."""
    return parse_subscription(
        {**LEAST, "types": ["*"], "filter": "x", "headers": {"A": "1", "B": "2"}}
    )


def test_a_change_touches_only_what_is_given() -> None:
    """Other fields stay, headers are merged by name in any case."""
    changed = changing(
        {"timeout": "3s", "filter": None, "headers": {"a": "3", "B": "", "C": "4"}},
        Path(),
    )(full())
    assert changed == full().model_copy(
        update={"timeout_s": 3.0, "filter": None, "headers": {"a": "3", "C": "4"}}
    )


def test_how_one_starts_is_no_change() -> None:
    """It is the state of a new one; one that is there stays as it is."""
    assert changing({"starts": "paused"}, Path())(full()) == full()
    made = draft({**LEAST, "types": "*", "starts": "paused"}, Path()).subscription
    assert made.state is State.PAUSED


def test_a_wrong_change_is_refused() -> None:
    """What a new subscription may not say, a change may not either."""
    with pytest.raises(InvalidSubscriptionError, match="timeout: 'soon'"):
        changing({"timeout": "soon"}, Path())
    with pytest.raises(InvalidSubscriptionError, match="rate: "):
        changing({"rate": -1}, Path())(full())
    with pytest.raises(InvalidSubscriptionError, match="cannot be changed"):
        changing({"id": "other"}, Path())(full())
