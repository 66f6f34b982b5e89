"""The option `--edited`, and what it says together with others."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

Edited: TypeAlias = Annotated[
    str | None,
    typer.Option(
        "--edited",
        metavar="FILE",
        help="JSON: deliver this in the place of one; - reads standard input.",
    ),
]


@dataclass(frozen=True, slots=True)
class How:
    """What the options say; `folder` holds the schemas, None: those that come along."""

    file: str
    dry_run: bool
    as_json: bool
    force: bool = False
    folder: Path | None = None
