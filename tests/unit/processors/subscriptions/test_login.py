"""A login is written, sealed, shown without its password, and taken away."""

import json
from pathlib import Path

import pytest

from bus.delivery.subscription import Login, parse_subscription
from bus.errors import InvalidSubscriptionError
from processors.cli.subscription_options import written
from processors.subscriptions.audited import differences
from processors.subscriptions.checks import check_runnable
from processors.subscriptions.document import changing, draft
from processors.subscriptions.showing import shown
from processors.subscriptions.stored import restore, store
from tests.support.worlds import KEYS
from tests.unit.processors.subscriptions.test_checks import make

URL = "kafkas://broker.example/shop.orders"
LOGIN = {"username": "shop", "password": "s3cret", "mechanism": "scram-sha-512"}


def random_bytes(count: int) -> bytes:
    """The same ones each time."""
    return bytes(range(count))


def test_sealed_and_opened() -> None:
    """The record has no password; who has the key gets it back."""
    made = make(url=URL, login=LOGIN)
    kept = store(made, KEYS, random_bytes)
    assert b"s3cret" not in kept
    assert json.loads(kept)["login"]["password"].startswith("sealed:v1:")
    assert restore(b"acme", kept, KEYS) == made
    moved = json.loads(kept) | {"id": "other"}
    with pytest.raises(Exception, match="changed"):
        restore(b"other", json.dumps(moved).encode(), KEYS)


def test_old_records() -> None:
    """A record without a login has no such field, as before, and is read."""
    made = make()
    kept = store(made, KEYS, random_bytes)
    assert "login" not in json.loads(kept)
    assert restore(b"acme", kept, KEYS).login is None


def test_never_shown() -> None:
    """Neither printed, nor shown, nor audited; a change of it is told."""
    made = make(url=URL, login=LOGIN)
    assert shown(made)["login"] == {**LOGIN, "password": "(hidden)"}
    assert shown(make())["login"] is None
    assert "s3cret" not in repr(made)
    after = make(url=URL, login={**LOGIN, "password": "other"})
    _, right = differences(made, after)
    assert right == {"login": {**LOGIN, "password": "(hidden, changed)"}}


def test_written(tmp_path: Path) -> None:
    """In YAML by a file of its own, on the command line by options."""
    (tmp_path / "sasl.txt").write_text("s3cret\n")
    fields = {
        "id": "lake",
        "url": URL,
        "types": "*",
        "login": {"username": "shop", "password_file": "sasl.txt"},
    }
    made = draft(fields, tmp_path).subscription
    assert made.login == Login(username="shop", password="s3cret")  # noqa: S106 - of the test
    options = {"username": "shop", "password_file": "sasl.txt"}
    assert written(options) == {"login": options}
    gone = changing(written({"username": ""}), tmp_path)(made)
    assert gone.login is None


@pytest.mark.parametrize(
    ("fields", "field", "why"),
    [
        ({"login": LOGIN}, "login", "Authorization header"),
        ({"url": "grpcs://a.example", "login": LOGIN}, "login", "metadata"),
        (
            {"url": f"{URL}?value=avro", "transform": "data"},
            "transform",
            "as they came",
        ),
        ({"url": "kafkas://broker.example/oms.order"}, "url", "the bus's own"),
        ({"url": URL, "transient_statuses": [404]}, "transient_statuses", "statuses"),
    ],
)
def test_what_does_not_fit(fields: dict[str, object], field: str, why: str) -> None:
    """Is refused with the reason."""
    with pytest.raises(InvalidSubscriptionError, match=why) as caught:
        check_runnable(make(**fields))
    assert caught.value.field == field


def test_a_wrong_mechanism() -> None:
    """Is said with what there is; the password is never repeated."""
    with pytest.raises(InvalidSubscriptionError) as caught:
        parse_subscription(
            {
                "id": "lake",
                "url": URL,
                "types": ["*"],
                "login": {**LOGIN, "mechanism": "md5"},
            }
        )
    assert caught.value.field == "login.mechanism"
    assert "s3cret" not in str(caught.value)
