"""The wheel that users install, outside of any checkout."""

import json
import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built by the build backend that `pyproject.toml` names."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(  # noqa: S603 - pip, of our own environment
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"),
            *("--no-build-isolation", "--disable-pip-version-check"),
            *("--wheel-dir", str(folder), str(ROOT)),
        ],
        check=True,
    )
    (built,) = folder.glob("orderbus-*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh venv with the wheel in it; its dependencies are the pinned ones."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False)
    site = next((folder / "lib").glob("python*/site-packages"))
    ours = next(p for p in sys.path if p.endswith("site-packages"))
    subprocess.run(  # noqa: S603 - pip, of our own environment
        [
            *(sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")),
            *("install", "--quiet", "--no-deps", "--no-index"),
            *("--disable-pip-version-check", str(wheel)),
        ],
        check=True,
    )
    # A path line alone: the `.pth` files of that folder, the checkout's among them,
    # are not read.
    (site / "pinned.pth").write_text(f"{ours}\n")
    return folder


def run(installed: Path, *command: str) -> str:
    """Run a program of the venv in a folder of its own; return what it printed."""
    done = subprocess.run(  # noqa: S603 - our own programs
        [str(installed / "bin" / command[0]), *command[1:]],
        cwd=installed,
        env={"PATH": os.environ["PATH"], "HOME": str(installed)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_holds_what_the_programs_read(wheel: Path) -> None:
    """Schemas, topics, the lock of Kafka's jars, types; no tests, nothing private."""
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in (ROOT / "schemas").rglob("*.*"):
        assert f"bus/assets/schemas/{path.relative_to(ROOT / 'schemas')}" in names
    assert {
        "bus/assets/topics.yaml",
        "bus/adapters/jvm/kafka.lock.json",
        "bus/adapters/jvm/log4j2.properties",
        "bus/py.typed",
        "processors/py.typed",
        "processors/web/static/style.css",
        "processors/web/templates/layout.html.j2",
    } <= names
    web = "processors/web/static/vendor"
    packed = {path.name for path in (ROOT / web).glob("*")}
    assert {f"{web}/{name}" for name in packed} <= names
    outside = {n for n in names if n.split("/")[0] not in {"bus", "processors"}}
    beside = {n for n in outside if not n.split("/")[0].endswith(".dist-info")}
    assert [n.partition(".data/")[2] for n in beside] == ["scripts/bus"]


def test_it_is_the_wheel_that_runs(installed: Path) -> None:
    """Not the checkout that happens to be installed beside it."""
    code = "import bus, processors; print(bus.__file__, processors.__file__)"
    for file in run(installed, "python", "-c", code).split():
        assert file.startswith(str(installed))


def test_the_command_works_outside_the_checkout(installed: Path) -> None:
    """It finds its schemas, topics and version."""
    assert run(installed, "bus", "--version").startswith("orderbus 0.")
    listed = json.loads(run(installed, "bus", "schemas", "list", "--json"))
    assert len(listed) == len(list((ROOT / "schemas").glob("*/*.avsc")))
    assert "order_version" in run(installed, "bus", "schemas", "show", "order.created")


def test_the_worker_finds_its_own_schema(installed: Path) -> None:
    """The attempt log's schema and the topics come with the package."""
    code = (
        "from bus.client.schemas import default_folder\n"
        "from processors.settings import load\n"
        "print((default_folder() / 'Attempt.avsc').is_file(),\n"
        "      load().topics_file.is_file())\n"
    )
    assert run(installed, "python", "-c", code) == "True True\n"
