"""`bus quarantine` over the HTTP API."""

from collections.abc import Mapping
from typing import cast

from bus.api import AsyncApi, NotFoundError
from bus.api.models import ItemSelection
from processors.cli.asking import ask
from processors.cli.control import FAILED, GOOD, console, print_json
from processors.cli.dlq_options import limit_of
from processors.cli.dlq_redrive import bar
from processors.cli.moments import place_of
from processors.cli.over_api.edits import edit_item
from processors.cli.over_api.given import Given, as_here
from processors.cli.over_api.working import finished, tell_note
from processors.cli.quarantine_view import print_items, print_whole
from processors.cli.quarantine_work import (
    How,
    discard_question,
    refuse_missing,
    release_question,
    tell_discarded,
    tell_released,
)

_FILTERS = ("places", "topics", "reasons", "sources")
_FIELDS = (
    *(("places", "place"), ("topics", "topic"), ("reasons", "reason")),
    ("sources", "source"),
)


async def list_(api: AsyncApi, given: Given) -> int:
    """All that are meant, oldest first."""
    typed, more = given.maybe("limit"), False
    limit = limit_of(None if typed is None else int(typed), as_json=given.as_json)
    items = api.list_quarantine(
        limit=250, since=given.maybe("since"), until=given.maybe("until")
    )
    rows: list[dict[str, object]] = []
    async for item in items:
        if limit and len(rows) == limit:
            more = True
            break
        if _is_meant(item, given):
            rows.append(as_here(item))
    rows.reverse()
    if given.as_json:
        print_json(rows)
    else:
        print_items(rows, more=more)
    return GOOD


def _is_meant(row: Mapping[str, object], given: Given) -> bool:
    states = given.texts("states")
    return (not states or row["state"] in states) and all(
        not (meant := given.texts(option)) or row[field] in meant
        for option, field in _FIELDS
    )


async def show(api: AsyncApi, given: Given) -> int:
    """What was put aside from one place."""
    place = given.text("place")
    rows = await _of(api, place)
    if given.as_json:
        print_json(rows)
    elif not rows:
        console(stderr=True).print(f"There is no record of {place} in quarantine.")
    else:
        for fields in rows:
            print_whole(fields)
    return GOOD if rows else FAILED


async def _of(api: AsyncApi, place: str) -> list[dict[str, object]]:
    """What was put aside from a place; refuses what is none."""
    topic, partition, offset = place_of(place)
    try:
        found = await api.get_quarantined(topic, partition, offset)
    except NotFoundError:
        return []
    return [as_here(item) for item in found["data"]]


async def _refuse_absent(api: AsyncApi, given: Given) -> None:
    places = given.texts("places")
    refuse_missing([place for place in places if not await _of(api, place)])


async def replay(api: AsyncApi, given: Given) -> int:
    """Deliver what can be decoded by now, after asking."""
    if given.maybe("edited") is not None:
        return await edit_item(api, given)
    await _refuse_absent(api, given)
    meant, how = _selection(given), _how(given)
    row: dict[str, object] = {
        **(await api.replay_quarantine(meant, dry_run=True))["plan"]
    }
    tell_note(row)
    if not how.dry_run and (row["replayed"] or not row["complete"]):
        ask(release_question(int(str(row["replayed"]))), yes=how.yes)
        with bar("replaying", None):
            did = await finished(api, (await api.replay_quarantine(meant))["job"])
        row = {name: did.get(name, value) for name, value in row.items()}
    return tell_released(row, how)


async def discard(api: AsyncApi, given: Given) -> int:
    """Mark what is pending as done with, after asking."""
    await _refuse_absent(api, given)
    meant, how = _selection(given), _how(given)
    plan = (await api.discard_quarantine(meant, dry_run=True))["plan"]
    pending, done = plan["pending"], 0
    tell_note(plan)
    if not how.dry_run and (pending or not plan["complete"]):
        ask(discard_question(pending), yes=how.yes)
        with bar("discarding", None):
            did = await finished(api, (await api.discard_quarantine(meant))["job"])
        done = int(str(did.get("done", 0)))
    return tell_discarded(max(pending, done), done, how)


def _selection(given: Given) -> ItemSelection:
    body: dict[str, object] = {k: v for k in _FILTERS if (v := given.texts(k))}
    body |= {k: when for k in ("since", "until") if (when := given.maybe(k))}
    return cast("ItemSelection", body)


def _how(given: Given) -> How:
    return How(given.flag("dry_run"), given.flag("yes"), given.as_json)
