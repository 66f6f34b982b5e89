"""`python -m tests.fuzz.sanitized --minutes 20`: `native` under AddressSanitizer.

Builds the library once more with Rust's nightly, which can watch every byte that it
reads or writes: the first one outside its place ends the run and is told. Objects of
Python are allocated one by one meanwhile, so that their ends are watched, too.
"""

import os
import shutil
import subprocess
import sys
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / ".native" / "sanitized"
_HOST = "x86_64-unknown-linux-gnu"
_LIBRARY = _FOLDER / _HOST / "release" / "lib_core.so"
_RUNTIME = _FOLDER / "asan.so"
_NAME = "bus.native._core"
_BUILD = {
    "RUSTFLAGS": "-Zsanitizer=address",
    "CARGO_PROFILE_RELEASE_STRIP": "none",
    "CARGO_PROFILE_RELEASE_DEBUG": "1",
    "PYO3_NO_PYTHON": "1",
}
_RUN = {
    # Python itself forgets some memory on purpose when it ends.
    "ASAN_OPTIONS": "detect_leaks=0:abort_on_error=0",
    "PYTHONMALLOC": "malloc",
}


def build() -> None:
    """Build the library, and of rustc's own runtime one that can be preloaded.

    Raises:
        CalledProcessError: it cannot be built; cargo has said why.
    """
    manifest = _ROOT / "bus" / "native" / "Cargo.toml"
    _run(
        *("cargo", "+nightly", "build", "--release", "--locked", "--quiet"),
        *("--manifest-path", str(manifest), "--target-dir", str(_FOLDER)),
        *("--target", _HOST),
    )
    sysroot = _run("rustc", "+nightly", "--print", "sysroot").strip()
    libraries = Path(sysroot) / "lib" / "rustlib" / _HOST / "lib"
    runtime = _FOLDER / "asan.a"
    shutil.copy(next(libraries.glob("librustc-nightly_rt.asan.a")), runtime)
    _run("ar", "d", str(runtime), "asan_preinit.cpp.o")  # of programs, not libraries
    _run(
        *("cc", "-shared", "-o", str(_RUNTIME), "-Wl,--whole-archive", str(runtime)),
        *("-Wl,--no-whole-archive", "-lpthread", "-ldl", "-lm", "-lrt", "-lresolv"),
    )


def main() -> None:
    """Build, and begin anew with the runtime loaded before all else."""
    if shutil.which("cargo") is None or shutil.which("cc") is None:
        sys.exit("this needs Rust's nightly, from rustup, and a C compiler")
    try:
        build()
    except subprocess.CalledProcessError as error:
        sys.exit(error.stderr)
    own = {**os.environ, **_RUN, "LD_PRELOAD": str(_RUNTIME)}
    command = [sys.executable, "-m", __spec__.name, "--planted", *sys.argv[1:]]
    os.execve(sys.executable, command, own)  # noqa: S606 - ourselves


def planted() -> None:
    """Have the watched library in the place of the usual one, and compare."""
    spec = spec_from_file_location(
        _NAME, _LIBRARY, loader=ExtensionFileLoader(_NAME, str(_LIBRARY))
    )
    assert spec is not None
    assert spec.loader is not None
    sys.modules[_NAME] = module_from_spec(spec)
    spec.loader.exec_module(sys.modules[_NAME])
    from tests.fuzz import native  # noqa: PLC0415 - it takes what is there by now

    native.main()


def _run(*command: str) -> str:
    done = subprocess.run(  # noqa: S603 - of this machine
        command,
        env={**os.environ, **_BUILD},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


if __name__ == "__main__":
    if "--planted" in sys.argv:
        sys.argv.remove("--planted")
        planted()
    else:
        main()
