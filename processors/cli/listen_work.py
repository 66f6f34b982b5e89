"""The work behind `bus listen`: what was wished for, made and run to its end."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Generic, TypeVar

import typer

from bus.errors import ConfigurationError
from processors.cli.control import FAILED, GOOD, read_text
from processors.cli.listen_at import Opened, Place, Wish, place_of
from processors.cli.listen_lines import Lines
from processors.cli.listen_view import People
from processors.clock import SystemClock
from processors.listening.answers import parse_answers
from processors.listening.keeping import Keep, read_kept
from processors.listening.memory import Memory
from processors.listening.plan import Plan
from processors.listening.reading import Reading
from processors.listening.replaying import latest, replay
from processors.listening.secrets import parse_secrets
from processors.listening.tally import Tally
from processors.settings.secret import SECRET_VARIABLE, webhook_secret
from processors.stopping import stop_on_signals
from processors.wiring.onward import open_onward

T = TypeVar("T")


async def listen(wish: Wish, secrets: Sequence[str]) -> int:
    """Listen until Ctrl-C, or until as many webhooks came as were wished for.

    Raises:
        ConfigurationError: one of the options cannot be used.
    """
    answers = None if wish.answer is None else parse_answers(wish.answer)
    place = place_of(wish)
    keep = None if wish.keep is None else Keep(wish.keep)
    stop = asyncio.Event()
    stop_on_signals(stop)
    view = _view(wish)
    tally = Tally(wish.count, stop.set)
    async with AsyncExitStack() as stack:
        clock = SystemClock()
        onward = None
        if wish.forward is not None:
            onward = await stack.enter_async_context(open_onward(wish.forward, clock))
        plan = Plan(
            reading=Reading(secrets, Memory()),
            tell=_Told(stop, tally.count, view.heard),
            refused=_Told(stop, tally.refuse, view.refused),
            greeted=_Told(stop, lambda _: None, view.greeted),
            answers=answers,
            keep=keep,
            onward=onward,
        )
        opened = Opened(wish, place, plan, clock, view.away)
        stack.push_async_callback(opened.close)
        if url := await _until_stopped(opened.open(), stop):
            view.started(url, len(secrets), doing(wish, place))
            opened.begin()
            await stop.wait()
    kept, lost = (keep.count, keep.lost) if keep else (None, 0)
    _end(lambda: view.ended(tally, kept, lost))
    return GOOD


def _end(say: Callable[[], None]) -> None:
    try:
        say()
        sys.stdout.flush()
    except BrokenPipeError:
        # What is left for a pipe that nobody reads is not tried again at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


async def _until_stopped(work: Coroutine[None, None, str], stop: asyncio.Event) -> str:
    """What comes of some work; nothing where a stop comes first."""
    working, stopped = asyncio.create_task(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if working.done():
        return working.result()
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    return ""


def doing(wish: Wish, place: Place) -> str:
    """What is done with webhooks beside showing them."""
    answer = f"answers {wish.answer or 200}" if place.answered else "shows what comes"
    if place.taken:
        answer += ", and takes it out of the queue: nobody else gets it"
    if wish.forward is not None:
        also = f", answers {wish.answer}" if wish.answer else ", answers what that does"
        also = also if place.answered else ""
        answer = f"posts on to {wish.forward}{also}"
        answer += ", taken out of the queue" if place.taken else ""
    return answer if wish.keep is None else f"{answer}, keeps in {wish.keep}"


def _view(wish: Wish) -> People | Lines:
    if wish.as_json:
        return Lines(body=wish.body)
    return People(body=wish.body, headers=wish.headers)


class _Told(Generic[T]):
    """Counts and shows; where nobody reads any more (`| head`), ends it all."""

    def __init__(
        self,
        stop: asyncio.Event,
        count: Callable[[T], None],
        show: Callable[[T], None],
    ) -> None:
        self._stop = stop
        self._count = count
        self._show = show

    def __call__(self, value: T, /) -> None:
        """Take one in."""
        self._count(value)
        try:
            self._show(value)
        except BrokenPipeError:
            self._stop.set()


def read_secrets(file: str | None) -> tuple[str, ...]:
    """The secrets of a file, of who types one (`-`), or of the environment.

    Asks, so that it is called before a loop takes Ctrl-C for itself.

    Raises:
        ConfigurationError: it cannot be read, or holds none.
    """
    if file is None:
        text = webhook_secret()
        return parse_secrets(text, SECRET_VARIABLE) if text else ()
    if file == "-" and sys.stdin.isatty():
        asked = typer.prompt("Secret", hide_input=True, default="", show_default=False)
        return parse_secrets(str(asked), "the secret")
    return parse_secrets(read_text(file), file)


async def replay_kept(
    folder: Path, url: str, secrets: Sequence[str], *, every: bool, as_json: bool
) -> int:
    """Post what was kept once more; say of each what came of it.

    Raises:
        ConfigurationError: there is nothing kept, or an option cannot be used.
    """
    if any(secret.startswith("whpk_") for secret in secrets):
        raise ConfigurationError("a public key verifies; it cannot sign anew")
    kept = list(read_kept(folder))
    if not every:
        kept = latest(kept)
    view = Lines() if as_json else People()
    clock = SystemClock()
    good = 0
    async with open_onward(url, clock) as onward:
        async for replayed in replay(kept, onward, secrets, clock):
            view.replayed(replayed)
            good += replayed.accepted
    view.replays_ended(good, len(kept), signed=bool(secrets))
    return GOOD if good == len(kept) else FAILED
