"""The messages that are checked in are those of the published contract."""

from tests.proto import FOLDER, generate


def test_generated_from_the_contract() -> None:
    """`make proto` would change nothing."""
    made = generate()
    kept = {path.name: path.read_text() for path in FOLDER.glob("*_pb2.py*")}
    assert set(made) == set(kept)
    for name, text in made.items():
        assert _contents(text) == _contents(kept[name]), f"{name}: run make proto"


def _contents(text: str) -> str:
    """All but which version of protoc wrote it."""
    return "\n".join(line for line in text.splitlines() if not _is_version(line))


def _is_version(line: str) -> bool:
    return "Protobuf Python Version" in line or line.strip().rstrip(",").isdigit()
