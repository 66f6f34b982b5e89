"""`bus dlq` over the HTTP API."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import cast

from bus.api import AsyncApi, ConflictError, NotFoundError
from bus.api.models import (
    LetterRow,
    LetterWork,
    ReplaySelection,
    Selection,
)
from processors.cli.control import FAILED, GOOD, console, print_json, warn
from processors.cli.dlq_options import limit_of
from processors.cli.dlq_redrive import (
    ask_to_discard,
    bar,
    say_replayed,
    tell_discarded,
)
from processors.cli.dlq_show import print_whole
from processors.cli.dlq_view import print_rows
from processors.cli.over_api.edits import edit_letter
from processors.cli.over_api.given import Given, as_here
from processors.cli.over_api.working import finished, tell_note

_FILTERS = ("types", "orders", "events", "reasons")
_FIELDS = (("orders", "order_id"), ("events", "event_id"), ("reasons", "reason"))
_FAILURES = {"refused", "too_large"}


async def list_(api: AsyncApi, given: Given) -> int:
    """All that are meant, oldest first."""
    rows: list[LetterRow] = []
    typed, more = given.maybe("limit"), False
    limit = limit_of(None if typed is None else int(typed), as_json=given.as_json)
    for owner in await _owners(api, given):
        letters = api.list_dead_letters(
            owner, limit=250, since=given.maybe("since"), until=given.maybe("until")
        )
        found = 0
        async for row in letters:
            if limit and found == limit:
                more = True
                break
            if _is_meant(row, given):
                rows.append(row)
                found += 1
    rows.sort(key=lambda row: row["at"])
    shown = [as_here(row) for row in (rows[-limit:] if limit else rows)]
    if given.as_json:
        print_json(shown)
    else:
        print_rows(shown, more=more or len(shown) < len(rows))
    return GOOD


def _is_meant(row: LetterRow, given: Given) -> bool:
    there: Mapping[str, object] = row
    types, states = given.texts("types"), given.texts("states")
    return (
        (not types or any(fnmatchcase(row["type"], one) for one in types))
        and (not states or row["state"] in states)
        and all(
            not (meant := given.texts(option)) or there[field] in meant
            for option, field in _FIELDS
        )
    )


async def show(api: AsyncApi, given: Given) -> int:
    """Those of one event, of all subscriptions or of one."""
    event = given.text("event_id")
    found: list[dict[str, object]] = []
    for owner in await _owners(api, given):
        try:
            there = [one async for one in api.get_dead_letters(owner, event)]
        except NotFoundError:
            continue
        found += [as_here(one) for one in reversed(there)]
    if given.as_json:
        print_json(found)
    elif not found:
        console(stderr=True).print(f"There is no dead letter of event {event}.")
    else:
        for one in found:
            print_whole(one)
    return GOOD if found else FAILED


async def replay(api: AsyncApi, given: Given) -> int:
    """Send pending ones again, of each that can take it."""
    if given.maybe("edited") is not None:
        return await edit_letter(api, given)
    named, dry = given.maybe("subscription") is not None, given.flag("dry_run")
    body = _selection(given)
    meant = cast("ReplaySelection", {**body, "force": given.flag("force")})
    rows: list[dict[str, object]] = []
    refused = False
    for owner in await _owners(api, given):
        try:
            plan = await api.replay_dead_letters(owner, meant, dry_run=True)
            tell_note(plan["plan"])
            none = plan["plan"]["complete"] and not plan["plan"]["pending"]
            if none and not named:
                continue
            work = plan if dry or none else await api.replay_dead_letters(owner, meant)
            rows.append(await _done(api, work))
        except ConflictError as error:
            if named:
                raise
            warn(str(error))
            refused = True
    if given.as_json:
        print_json({"dry_run": dry, "subscriptions": rows})
    else:
        say_replayed(rows, dry_run=dry)
    failed = refused or any(row.keys() & _FAILURES for row in rows)
    return FAILED if failed else GOOD


async def discard(api: AsyncApi, given: Given) -> int:
    """Mark pending ones as done with, after asking once."""
    dry, meant = given.flag("dry_run"), cast("Selection", _selection(given))
    rows: list[dict[str, object]] = []
    for owner in await _owners(api, given):
        plan = (await api.discard_dead_letters(owner, meant, dry_run=True))["plan"]
        tell_note(plan)
        if plan["pending"] or not plan["complete"]:
            rows.append({**plan})
    if rows and not dry:
        ask_to_discard(rows, yes=given.flag("yes"))
        with bar("discarding", None):
            for row in rows:
                owner = str(row["subscription"])
                work = await api.discard_dead_letters(owner, meant)
                row["discarded"] = (await finished(api, work["job"])).get("done", 0)
    return tell_discarded(rows, dry_run=dry, as_json=given.as_json)


def _selection(given: Given) -> dict[str, object]:
    body: dict[str, object] = {k: v for k in _FILTERS if (v := given.texts(k))}
    return body | {k: when for k in ("since", "until") if (when := given.maybe(k))}


async def _done(api: AsyncApi, work: LetterWork) -> dict[str, object]:
    """The plan, and what came of it."""
    row: dict[str, object] = {**work["plan"], "replayed": 0}
    if work["job"] is None:
        return row
    with bar(f"replaying {row['subscription']}", work["job"]["total"] or None):
        job = await api.finished(work["job"])
    if job["state"] != "done":
        return row | {"refused": job["error"] or job["state"]}
    did = job["result"]
    row["replayed"] = did.get("done", 0)
    return row | (
        {"too_large": did["failed"], "why": did["why"]} if did.get("failed") else {}
    )


async def _owners(api: AsyncApi, given: Given) -> Sequence[str]:
    named = given.maybe("subscription")
    if named is not None:
        return [named]
    return [row["id"] async for row in api.list_subscriptions(limit=250)]
