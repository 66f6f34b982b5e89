"""Long lines on a terminal of 60 or 80 columns: laid out, nothing cut, none wrapped."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from contextlib import suppress

import pytest

from tests.support.bus import ROOT

_BUS = "from processors.cli import main; main()"
_TAIL = """
from processors.cli.tail_view import Printer
Printer(as_json=False).show("attempt", "", {
    "at": "2026-11-23T12:00:00.000Z", "subscription": "a-partner-with-a-long-name",
    "type": "order.partially_shipped", "order_id": "SO-" + 40 * "7", "number": 3,
    "outcome": "failed", "status": 503, "detail": "upstream is not available now",
    "route": "30s",
})
"""
_SEARCH = """
from rich.console import Console
from processors.cli.events_search import _found
from processors.screen.prose import width_of_output
row = {"before": 90 * "b", "match": "mug", "after": 90 * "a"}
head = "2026-11-23T12:00:00Z  oms.order/0/1  " + 36 * "e"
for line in _found(head, row, width_of_output()):
    print(line)
"""
_AUDIT = """
from processors.cli.audit_view import print_history
print_history([{
    "at": "2026-11-23T12:00:00Z", "actor": "operator", "address": "203.0.113.7",
    "action": "changed", "entity": "subscription", "entity_id": "acme-" + 30 * "9",
    "before": {"description": "for the warehouse", "max_age_s": 86400},
    "after": {"description": 9 * "a longer text of several words ", "max_age_s": 60},
}], "")
"""
_FIELDS = """
from processors.cli.subscription_view import print_fields
secret = {"id": "s9d92033c", "created_at": "2026-11-29T16:39:42.129381Z"}
print_fields({
    "id": "shop", "objective": {"share": None},
    "secrets": [{**secret, "fingerprint": "sha256:" + 16 * "4"}],
})
"""
_STATUS = """
from dataclasses import replace
from processors.cli.control import console
from processors.cli.status_view import Screenful
from processors.status.report import Subscriber, nothing_known
known = nothing_known(0, "Kafka at a-host-with-a-name.example:9092 gives no answer")
loud = Subscriber(
    id="partner-" + 36 * "x", state="active", breaker="open", pending=None, dead=None
)
console().print(Screenful(replace(known, subscriptions=[loud])))
"""
_TITLE = 14
SIGNS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def shown(code: str, words: str, columns: int | None) -> list[str]:
    """The lines that a terminal of so many columns gets, or without any a pipe."""
    command = [sys.executable, "-c", code, *words.split()]
    environment = {k: v for k, v in os.environ.items() if k not in {"COLUMNS", "TERM"}}
    environment["TERM"] = "xterm"
    if columns is None:
        done = subprocess.run(  # noqa: S603 - our own command
            command, cwd=ROOT, env=environment, capture_output=True, check=True
        )
        return done.stdout.decode().splitlines()
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    with subprocess.Popen(  # noqa: S603 - our own command
        command, cwd=ROOT, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        said = b""
        with suppress(OSError):  # as Linux tells that nobody writes any more
            while part := os.read(ours, 65_536):
                said += part
        os.close(ours)
    assert process.returncode == 0, said.decode()
    return SIGNS.sub("", said.decode()).splitlines()


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize(
    ("code", "words", "whole"),
    [
        (_BUS, "channels list", "shopify"),
        (_BUS, "channels table shopify", "$headers.x-shopify-webhook-id"),
        (_BUS, "schemas list", "order.created"),
        (_BUS, "schemas show order.created", "partially_shipped,"),
        (_BUS, "schemas check --level none", "order.created"),
        (_TAIL, "", "SO-" + 40 * "7"),
        (_SEARCH, "", 36 * "e"),
        (_AUDIT, "", "acme-" + 30 * "9"),
        (_STATUS, "", "partner-" + 36 * "x"),
        (_FIELDS, "", "sha256:" + 16 * "4"),
    ],
)
def test_no_line_is_wrapped(code: str, words: str, whole: str, columns: int) -> None:
    """Only what has no blank in it is longer; what names things is there, whole."""
    lines = shown(code, words, columns)
    long = [line for line in lines if len(line) > columns]
    said = [line.strip() for line in long if not line.lstrip().startswith('"')]  # JSON
    # What cannot be broken is a word that is longer than the room beside its title.
    assert [line for line in said if len(line.split()[-1]) <= columns - _TITLE] == []
    assert any(whole in line for line in lines)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (_BUS, "channels list"),
        (_BUS, "channels table shopify"),
        (_BUS, "schemas check --level none"),
        (_TAIL, ""),
    ],
)
def test_a_pipe_gets_rows_whole(code: str, words: str) -> None:
    """A line a row, without padding."""
    lines = shown(code, words, None)
    assert not [line for line in lines if line.endswith(" ") or " " * 4 in line]
    assert max(len(line) for line in lines) > 60
