"""The official JSON Schema of AsyncAPI, which is not ours to keep in the tree.

`.ci/asyncapi` fetches it, pinned and checked, to where this looks.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import cast

ROOT = Path(__file__).parents[2]
VARIABLE = "ASYNCAPI_SCHEMA"
SHA256 = "d4571a420e6ffb7fcc7066c95a6db1202f299a3c51daa103d0706bf30f95e626"
CACHED = Path("~/.cache/orderbus/asyncapi/3.0.0.json").expanduser()


def asyncapi_schema() -> dict[str, object] | str:
    """The schema, or why it is not here."""
    path = Path(os.environ.get(VARIABLE) or CACHED)
    try:
        content = path.read_bytes()
    except OSError:
        return (
            f"AsyncAPI's official schema is not at {path}: run .ci/asyncapi, which"
            f" fetches it, or say with {VARIABLE} where it is"
        )
    if hashlib.sha256(content).hexdigest() != SHA256:
        return f"{path} is not the pinned schema; remove it and run .ci/asyncapi"
    return cast("dict[str, object]", json.loads(content))
