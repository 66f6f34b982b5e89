"""What is made whenever the package is built: htmx's place, and the native part.

htmx stands beside the dashboard's own files. It is taken out of a wheel that pip
fetches (`requirements/web.txt` pins its hash; its dependencies stay away) into a folder
that git ignores; wheel and sdist carry it, so that a wheel from the sdist is built
offline. Where it cannot be had the build says so and goes on: every page works without
JavaScript.

The native part (`bus/native`) is built where there is Rust's cargo, and its crates can
be had; elsewhere the bus is Python alone, and says so. `python hatch_build.py` does
both, `python hatch_build.py native` the latter.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # `make` builds the native part while pip still installs hatchling
    BuildHookInterface = object

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


NO_HTMX = (
    "htmx could not be had: the dashboard will work without JavaScript;"
    " `python hatch_build.py` tries again"
)
NATIVE = ROOT / "bus" / "native"
LIBRARY = NATIVE / "_core.abi3.so"
MADE_OF = NATIVE / "_core.sources"
"""Says of which sources the library was made."""
_ENVIRONMENT = dict(os.environ)  # noqa: TID251 - a build has no other settings
_TRUE = frozenset({"1", "on", "t", "true", "y", "yes"})  # as bus/native/loading.py
_MOST_S = 900


class Hook(BuildHookInterface):
    """Runs before each build, that of an editable install too."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, object]) -> None:
        """Have the files there; without them the build goes on."""
        if not have():
            say(NO_HTMX)
        if self.target_name != "wheel":
            return
        if (why := build_native()) is not None:
            say(why)
        elif version == "standard" and LIBRARY.is_file():
            build_data["artifacts"].append("/bus/native/_core.abi3.so")
            build_data["pure_python"] = False
            # The stable interface of Python 3.11: one wheel for it and all after.
            platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
            build_data["tag"] = f"cp311-abi3-{platform}"


def say(what: str) -> None:
    """Tell whoever builds."""
    print(what, file=sys.stderr)  # noqa: T201 - as said


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


def build_native() -> str | None:
    """Build the native part if it is not there as it should be; return why not.

    What cannot be built again is taken away if its sources have changed: Python and
    Rust stay of one version.
    """
    if _ENVIRONMENT.get("ORDERBUS_PURE", "").lower() in _TRUE:
        return None
    sources = _sources()
    if LIBRARY.is_file() and MADE_OF.is_file() and MADE_OF.read_text() == sources:
        return None
    why = _build(sources)
    if why is not None:
        LIBRARY.unlink(missing_ok=True)
    return why


def _build(sources: str) -> str | None:
    cargo = shutil.which("cargo")
    if cargo is None:
        return "no cargo here: the bus will be Python alone, slower, with all it does"
    target = ROOT / ".native"
    command = [
        *(cargo, "build", "--release", "--locked", "--quiet"),
        *("--manifest-path", str(NATIVE / "Cargo.toml"), "--target-dir", str(target)),
    ]
    settings = {
        "PYO3_NO_PYTHON": "1",  # the stable interface needs none
        "CARGO_NET_RETRY": "1",  # what cannot be had is not waited for
        "RUSTUP_AUTO_INSTALL": "0",
    }
    try:
        subprocess.run(  # noqa: S603 - cargo, of this machine
            command,
            env={**_ENVIRONMENT, **settings},
            timeout=_MOST_S,
            check=True,
            capture_output=True,
            text=True,
        )
        _put(_built(target / "release"), sources)
    except (OSError, subprocess.SubprocessError) as error:
        why = _last_line(getattr(error, "stderr", None) or str(error))
        return f"the native part was not built, the bus will be Python alone: {why}"
    return None


def _sources() -> str:
    """Tell these sources, on this kind of machine, from all others."""
    files = [*NATIVE.glob("Cargo.*"), NATIVE / "build.rs", *NATIVE.glob("src/*.rs")]
    told = [f"{path.name} {_digest(path)}" for path in sorted(files)]
    return "\n".join([sysconfig.get_platform(), *told, ""])


def _built(folder: Path) -> Path:
    """What cargo calls it on Linux, on macOS."""
    names = ("lib_core.so", "lib_core.dylib")
    found = [folder / name for name in names if (folder / name).is_file()]
    if not found:
        raise FileNotFoundError(f"cargo made none of {', '.join(names)}")
    return found[0]


def _put(built: Path, sources: str) -> None:
    """Put it there at once: a process that runs keeps the one it has."""
    beside = LIBRARY.with_name("_core.new")
    shutil.copy(built, beside)
    beside.replace(LIBRARY)
    MADE_OF.write_text(sources)


def _last_line(said: str) -> str:
    lines = [line.strip() for line in said.splitlines() if "error" in line]
    return (lines or said.strip().splitlines() or ["cargo did not say why"])[0][:200]


def main() -> str | None:
    """Make what was asked for; return what could not be had."""
    if (why := build_native()) is not None:
        say(why)
    return None if sys.argv[1:] == ["native"] or have() else NO_HTMX


if __name__ == "__main__":
    sys.exit(main())
