"""What is said of a source that was added: a whole address, where that is known."""

import pytest

from processors.cli.sources_view import print_told

_DOOR = "http://127.0.0.1:8480"


@pytest.mark.parametrize(
    ("told", "door", "line"),
    [
        ({"path": "/in/edi/s3"}, _DOOR, f"shown only now: {_DOOR}/in/edi/s3"),
        ({"path": "/in/edi/s3"}, "", "shown only now: /in/edi/s3"),
        ({"secret": "x"}, _DOOR, f"Address: {_DOOR}/in/edi"),
    ],
)
def test_the_address(
    told: dict[str, object], door: str, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its door before its path; the path alone where nobody here knows the door."""
    print_told("edi", told, "added", as_json=False, door=door)
    assert f"{line}\n" in capsys.readouterr().out
