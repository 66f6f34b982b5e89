"""Which kinds of endpoints a process can deliver to, and what it loads for them."""

import subprocess
import sys

import pytest

from bus.adapters.http.guard import Guard
from bus.adapters.memory import MemoryClock, MemorySender
from bus.delivery.endpoint import AWS, Kind
from processors.wiring.sinks import make_sinks, missing

SENDER = MemorySender(MemoryClock())


def test_what_is_missing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """With what has to be installed; nothing needs anything for webhooks."""
    assert missing(Kind.HTTP) is None
    assert missing(Kind.GRPC) is None
    monkeypatch.setitem(sys.modules, "grpc", None)
    why = missing(Kind.GRPC)
    assert why is not None
    assert 'pip install "orderbus[grpc]"' in why
    sinks = make_sinks(MemorySender(MemoryClock()), Guard())
    assert sinks.of(Kind.GRPC) == why


def test_all_of_aws_is_one_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """With it there is a sink for each; without it, what to install."""
    for kind in AWS:
        assert not isinstance(make_sinks(SENDER, Guard()).of(kind), str)
    monkeypatch.setitem(sys.modules, "aiobotocore", None)
    for kind in AWS:
        why = make_sinks(SENDER, Guard()).of(kind)
        assert isinstance(why, str)
        assert 'pip install "orderbus[aws]"' in why


def test_nothing_is_loaded_until_it_is_used() -> None:
    """A worker imports gRPC for the first subscription that needs it."""
    code = (
        "import sys\n"
        "import processors.wiring.worker, processors.wiring.control\n"
        "from processors.wiring.sinks import make_sinks, missing\n"
        "from bus.delivery.endpoint import Kind\n"
        "from bus.adapters.http.guard import Guard\n"
        "sinks = make_sinks(None, Guard())\n"
        "missing(Kind.GRPC), sinks.of(Kind.HTTP)\n"
        "missing(Kind.SQS)\n"
        "print('grpc' in sys.modules, 'botocore' in sys.modules)\n"
        "sinks.of(Kind.GRPC), sinks.of(Kind.SQS)\n"
        "print('grpc' in sys.modules, 'botocore' in sys.modules)\n"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "False False\nTrue True\n"
