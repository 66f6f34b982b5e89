"""Makes Python of `schemas/*.proto`: run by `make proto`, compared by a unit test."""

import re
import sys
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[1]
SCHEMAS = ROOT / "schemas"
PACKAGE = "bus.adapters.grpc.generated"
FOLDER = ROOT / Path(*PACKAGE.split("."))
_SISTER = re.compile(r"^import (\w+_pb2) as", re.MULTILINE)


def generate() -> dict[str, str]:
    """File names and what protoc makes of our schemas, importing each other here."""
    from grpc_tools import protoc  # noqa: PLC0415 - for who makes them

    names = sorted(path.name for path in SCHEMAS.glob("*.proto"))
    own = files("grpc_tools") / "_proto"
    with TemporaryDirectory() as folder:
        flags = [f"-I{SCHEMAS}", f"-I{own}"]
        flags += [f"--python_out={folder}", f"--pyi_out={folder}"]
        if protoc.main(["protoc", *flags, *names]):
            raise SystemExit("protoc failed")
        return {
            path.name: _SISTER.sub(rf"from {PACKAGE} import \1 as", path.read_text())
            for path in sorted(Path(folder).iterdir())
        }


def main() -> None:
    """Write them."""
    for name, text in generate().items():
        (FOLDER / name).write_text(text)
        sys.stdout.write(f"{FOLDER / name}\n")


if __name__ == "__main__":
    main()
