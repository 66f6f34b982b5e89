"""Schema files are found, and what is wrong with a folder is said."""

from pathlib import Path

import pytest

from bus.client.schemas import load_catalogue, read_files
from bus.errors import ConfigurationError

TEXT = """{"type": "record", "name": "PingSent", "namespace": "oms.ping.v1",
"event_type": "ping.sent", "fields": []}"""


def test_a_folder_of_ones_own_is_read(tmp_path: Path) -> None:
    """Only <family>/*.avsc counts."""
    (tmp_path / "ping").mkdir()
    (tmp_path / "ping" / "PingSent.avsc").write_text(TEXT)
    (tmp_path / "ping" / "notes.txt").write_text("no schema")
    assert [path for path, _ in read_files(tmp_path)] == ["ping/PingSent.avsc"]
    assert load_catalogue(tmp_path).topics == ("oms.ping",)
    assert load_catalogue(tmp_path, "acme.").topics == ("acme.ping",)


def test_orderbus_brings_its_own() -> None:
    """Without a folder, the schemas that come with Orderbus are used."""
    assert "order.created" in load_catalogue()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    """A wrong path is answered with the path."""
    with pytest.raises(ConfigurationError, match=r"no folder of schemas at .*nowhere"):
        read_files(tmp_path / "nowhere")


def test_an_empty_folder_is_named(tmp_path: Path) -> None:
    """A folder without schemas is answered with what was looked for."""
    with pytest.raises(ConfigurationError, match=r"holds no <family>/<RecordName>"):
        read_files(tmp_path)


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    """Bytes that are no text are answered with the file's path."""
    (tmp_path / "ping").mkdir()
    (tmp_path / "ping" / "PingSent.avsc").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match=r"cannot read .*PingSent\.avsc"):
        read_files(tmp_path)
