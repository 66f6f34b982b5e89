"""What is asked for before anything is started: ports and folders."""

import socket
from pathlib import Path

import pytest

from bus.errors import ConfigurationError
from processors.settings import load
from processors.wiring.folders import usable
from processors.wiring.listening import (
    pages_may_be,
    refuse_taken,
    refuse_taken_pages,
)


def test_a_taken_port() -> None:
    """Refused by the name the user knows; free again, it is taken."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        port = held.getsockname()[1]
        with pytest.raises(ConfigurationError, match=f"^--port: .*{port}.*choose"):
            refuse_taken("127.0.0.1", port, "--port")
        for first, processes in ((port, 1), (port - 1, 2)):
            settings = load(http_port=first)
            with pytest.raises(ConfigurationError, match=r"^ORDERBUS_HTTP_PORT"):
                refuse_taken_pages(settings, processes)
    refuse_taken("127.0.0.1", port, "--port")


def test_pages_that_nobody_asked_for() -> None:
    """They are done without where their port is taken; a chosen one has to be there."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        chosen = load(http_port=held.getsockname()[1])
        with pytest.raises(ConfigurationError, match=r"^ORDERBUS_HTTP_PORT"):
            pages_may_be(chosen, 1)
        usual = chosen.model_copy()
        usual.model_fields_set.discard("http_port")
        assert not pages_may_be(usual, 1)
    assert pages_may_be(usual, 1)


def test_ports_that_need_no_asking() -> None:
    """0 is any port, or no pages at all."""
    refuse_taken("127.0.0.1", 0, "--port")
    refuse_taken_pages(load(http_port=0), 300)


def test_more_processes_than_ports() -> None:
    """The last process would have none."""
    with pytest.raises(ConfigurationError, match="beyond 65535"):
        refuse_taken_pages(load(http_port=65_530), 7)


def test_a_folder_is_made_and_found_usable(tmp_path: Path) -> None:
    """With all above it; nothing is left in it."""
    folder = usable(tmp_path / "a" / "b", "--data-dir")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("place", ["file", "file/below", "/proc/orderbus"])
def test_a_folder_that_cannot_be(tmp_path: Path, place: str) -> None:
    """A file in its place or above it, or a system that takes none."""
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match=r"^--data-dir: .*cannot be used"):
        usable(tmp_path / place, "--data-dir")
