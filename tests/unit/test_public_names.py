"""What `import bus` promises."""

import subprocess
import sys

import pytest

import bus


def test_the_public_names() -> None:
    """These, sorted; a name more or less is a decision."""
    assert bus.__all__ == [
        "Consumer",
        "Event",
        "Inbox",
        "Outbox",
        "Producer",
        "Received",
        "RegistryConnection",
    ]
    assert dir(bus) == bus.__all__


@pytest.mark.parametrize("name", bus.__all__)
def test_each_can_be_had(name: str) -> None:
    """And is what it is called."""
    assert getattr(bus, name).__name__ == name


def test_others_cannot() -> None:
    """With Python's own error."""
    with pytest.raises(AttributeError, match="'Consmer'"):
        _ = bus.Consmer


def test_importing_costs_nothing_until_used() -> None:
    """The programs import `bus.…`, too, and need no client."""
    code = (
        "import sys, bus;"
        "print({'confluent_kafka', 'grpc', 'sqlalchemy'}.isdisjoint(sys.modules))"
    )
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"
