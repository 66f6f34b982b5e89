"""What the fuzzer checks holds of its seeds, and would not if there were bugs."""

# ruff: noqa: SLF001 - the bugs

from collections.abc import Mapping

import pytest

from bus.adapters.http import exchange
from bus.adapters.http.exchange import Connection
from bus.ports import Answer, Reply
from tests.fuzz.check import check
from tests.fuzz.seeds import seeds


def check_seeds() -> None:
    """Check all seeds."""
    for seed in seeds():
        check(seed)


def test_the_seeds_pass() -> None:
    """The fuzzer begins with nothing that breaks a promise."""
    check_seeds()


_finish, _forget = Connection._finish, Connection._forget


def _keeps(connection: Connection, reply: Reply) -> None:
    connection._keep = True
    _finish(connection, reply)


def _takes_cut(connection: Connection, exc: Exception | None) -> None:
    del exc
    connection._transport = None
    connection._settle(connection._answer())


def _mixes(connection: Connection) -> None:
    if not connection._used:
        _forget(connection)


def _tells_all(status: int, retry_after: bytes | None, body: bytes) -> Reply:
    del retry_after
    return Answer(status, None, body.decode("latin-1"))


BUGS: Mapping[str, tuple[object, str, object]] = {
    "keeps connections that are to be closed": (Connection, "_finish", _keeps),
    "takes cut answers": (Connection, "connection_lost", _takes_cut),
    "mixes answers": (Connection, "_forget", _mixes),
    "tells all": (exchange, "answer", _tells_all),
    "takes any amount": (exchange, "_MOST", 2**40),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_bug_is_seen(bug: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each bug makes some seed fail."""
    monkeypatch.setattr(*BUGS[bug])
    with pytest.raises(AssertionError):
        check_seeds()
