"""Who may pull what: a key with its scope, and of its own tenant alone."""

from dataclasses import dataclass

import pytest

from bus.access.roles import Principal, Role, principal
from bus.delivery.subscription import Subscription, parse_subscription
from bus.errors import NotAllowedError, NotAuthenticatedError
from processors.settings import Settings
from processors.subscriptions.keys import NO_KEYS, Keys
from processors.wiring.pulled import admitting
from processors.wiring.relays import relays_of, tokens_of

KEYS = {
    "acme": principal("k1", Role.PARTNER, "acme"),
    "other": principal("k2", Role.PARTNER, "other"),
    "operator": principal("k3", Role.OPERATOR, ""),
    "reader": principal("k4", Role.READER, "acme"),
}


@dataclass
class Held:
    """Subscriptions by id."""

    all: dict[str, Subscription]

    def get(self, subscription_id: str) -> Subscription | None:
        """See `processors.wiring.pulled.Held`."""
        return self.all.get(subscription_id)


def known(token: str) -> Principal:
    """Whose key it is."""
    if token not in KEYS:
        raise NotAuthenticatedError("no such key")
    return KEYS[token]


def stored(name: str, url: str) -> Subscription:
    """A subscription of acme's."""
    fields = {"id": name, "url": url, "types": ["*"], "owner": "acme"}
    return parse_subscription(fields)


ADMIT = admitting(
    Held(
        {
            "depot": stored("depot", "pull://grpc"),
            "web": stored("web", "https://acme.example/in"),
        }
    ),
    known,
)


@pytest.mark.parametrize("token", ["acme", "operator"])
def test_who_may(token: str) -> None:
    """Its owner, and who runs the bus."""
    ADMIT(token, "depot")


@pytest.mark.parametrize(
    ("token", "name", "error"),
    [
        ("", "depot", NotAuthenticatedError),
        ("other", "depot", NotAllowedError),
        ("reader", "depot", NotAllowedError),
        ("acme", "web", NotAllowedError),
        ("acme", "nothing", NotAllowedError),
    ],
)
def test_who_may_not(token: str, name: str, error: type[Exception]) -> None:
    """Strangers, who may not settle; what is no pulled one of theirs is not there."""
    with pytest.raises(error):
        ADMIT(token, name)


def test_what_is_not_there_is_told_alike() -> None:
    """A foreign one and none have the same answer."""
    said = []
    for token, name in (("other", "depot"), ("other", "nothing")):
        with pytest.raises(NotAllowedError) as caught:
            ADMIT(token, name)
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_where_relays_are() -> None:
    """Those that are named, or that of this machine; their token is the bus's own."""
    keys = Keys((b"k" * 32, b"o" * 32))
    named = Settings(pull_relays="grpcs://a:1, grpcs://b:2", pull_port=8473)  # type: ignore[arg-type]  # as a variable has it
    own = Settings(pull_port=8473)
    assert relays_of(named, keys).urls == ("grpcs://a:1", "grpcs://b:2")
    assert list(relays_of(own, keys).urls) == ["grpc://127.0.0.1:8473"]
    assert not relays_of(Settings(), keys).urls
    assert relays_of(own, keys).token == tokens_of(keys)[0]
    assert len(set(tokens_of(keys))) == 2
    assert relays_of(own, NO_KEYS).token == ""
