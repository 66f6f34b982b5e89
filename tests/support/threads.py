"""What was done beside the loop: by the names of the functions that threads ran."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any, cast

from typing_extensions import override


class _Noting(ThreadPoolExecutor):
    """Runs what it is given, and notes what `asyncio.to_thread` gave."""

    def __init__(self) -> None:
        super().__init__(2)
        self.ran: list[str] = []

    @override
    def submit(  # type: ignore[override]
        self, fn: Callable[..., Any], /, *args: Any, **named: Any
    ) -> Future[Any]:
        if isinstance(fn, partial):
            self.ran.append(str(getattr(fn.args[0], "__qualname__", fn.args[0])))
        return cast("Future[Any]", super().submit(fn, *args, **named))


@contextmanager
def noting_threads() -> Iterator[list[str]]:
    """Note what the running loop leaves to threads from here on."""
    noting = _Noting()
    asyncio.get_running_loop().set_default_executor(noting)
    yield noting.ran
