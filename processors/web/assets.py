"""Files of the dashboard: each with its content in its name, so that it may be kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from processors.gateway.problems import NOT_FOUND, ProblemError
from processors.gateway.routes import Asked, Reply

_HERE = Path(__file__).parent / "static"
_HASH = 12
TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
}
_OURS = ("style.css", "charts.css", "app.js", "palette.js", "icon.svg")
_TAKEN = ("vendor/htmx.js", "vendor/sse.js")
"""Put there when the package is built (hatch_build.py); all works without them."""
KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}


@dataclass(frozen=True, slots=True)
class Assets:
    """Files by the name that they are asked for by, and those names by theirs."""

    files: Mapping[str, Reply]
    names: Mapping[str, str]

    @property
    def missing(self) -> Sequence[str]:
        """What was not there when the package was built."""
        return [name for name in _TAKEN if Path(name).name not in self.names]

    def url(self, name: str) -> str:
        """Where a file is; empty if it is missing."""
        return f"/ui/static/{self.names[name]}" if name in self.names else ""

    async def get(self, asked: Asked) -> Reply:
        """A file."""
        found = self.files.get(asked.path["file"])
        if found is None:
            raise ProblemError(NOT_FOUND)
        return found


def load_assets(folder: Path = _HERE) -> Assets:
    """Read all files."""
    files, names = {}, {}
    for path in (folder / name for name in (*_OURS, *_TAKEN)):
        if not path.is_file():
            continue
        content = path.read_bytes()
        names[path.name] = asked = named(path.name, content)
        files[asked] = Reply(
            content=content, media_type=TYPES[path.suffix], headers=KEPT
        )
    return Assets(files, names)


def named(name: str, content: bytes) -> str:
    """The name of a file with its content in it."""
    digest = sha256(content).hexdigest()[:_HASH]
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{digest}{dot}{suffix}"
