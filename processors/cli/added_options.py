"""Options that several commands share, added to their signatures."""

import inspect
from collections.abc import Callable, Mapping
from typing import ParamSpec

P = ParamSpec("P")


def add_options(
    command: Callable[P, None], options: Mapping[str, object]
) -> Callable[P, None]:
    """Give a command that takes `**given` these options, all None by default.

    Typer reads a function's signature, and these are too many to write out twice.
    """
    signature = inspect.signature(command)
    own = [p for p in signature.parameters.values() if p.kind is not p.VAR_KEYWORD]
    shared = [
        inspect.Parameter(
            name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=hint
        )
        for name, hint in options.items()
    ]
    vars(command)["__signature__"] = signature.replace(parameters=[*own, *shared])
    return command
