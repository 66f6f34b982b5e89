"""`bus sources` over the HTTP API."""

from collections.abc import Mapping
from pathlib import Path
from typing import cast

from bus.api import AsyncApi, Versioned
from bus.api.models import NewSource, SourceChange, SourceDocument, SourceTaken
from bus.errors import InvalidSourceError
from processors.cli.control import GOOD, print_json, read_text, warn
from processors.cli.over_api.given import Given, as_here
from processors.cli.source_health_view import tell_all, tell_one
from processors.cli.source_options import written
from processors.cli.source_requests_view import tell_request
from processors.cli.sources_view import (
    ask_to_prune,
    ask_to_remove,
    print_removed,
    print_sources,
    print_told,
    tell,
)
from processors.cli.subscription_view import print_fields, print_plan
from processors.sources.document import read_whole, whole

_NO_FIELDS = {"source_id", "channel", "secret_file", "as_json"}


async def list_(api: AsyncApi, given: Given) -> int:
    """All of them."""
    owner = given.maybe("owner")
    rows: list[dict[str, object]] = [
        as_here(row)
        async for row in api.list_sources(limit=250)
        if owner in {None, row["owner"]}
    ]
    if given.as_json:
        print_json(rows)
    else:
        print_sources(rows, {}, given.maybe("owner"))
    return GOOD


async def show(api: AsyncApi, given: Given) -> int:
    """All fields."""
    fields = (await api.get_source(given.text("source_id"))).value
    if given.as_json:
        print_json(as_here(fields))
    else:
        print_fields(as_here(fields))
    return GOOD


async def health(api: AsyncApi, given: Given) -> int:
    """How they fare."""
    only = given.maybe("source_id")
    if only is not None:
        return tell_one(
            as_here(await api.get_source_health(only)), as_json=given.as_json
        )
    names = [row["id"] async for row in api.list_sources(limit=250)]
    rows = [as_here(await api.get_source_health(name)) for name in names]
    return tell_all(rows, as_json=given.as_json)


async def request(api: AsyncApi, given: Given) -> int:
    """What became of one."""
    found = await api.get_source_request(given.text("source_id"), given.text("request"))
    return tell_request(as_here(found), as_json=given.as_json)


async def add(api: AsyncApi, given: Given) -> int:
    """Make one."""
    fields = _fields(given) | {
        "id": given.text("source_id"),
        "channel": given.text("channel"),
    }
    if file := given.maybe("secret_file"):
        fields["secret"] = read_text(file).strip()
    return _tell(await api.create_source(cast("NewSource", fields)), "added", given)


async def update(api: AsyncApi, given: Given) -> int:
    """Change the fields that were given, of what is there now."""
    fields = _fields(given)
    if not fields:
        raise InvalidSourceError("options", "nothing to change was given")
    name = given.text("source_id")
    now = await api.get_source(name)
    change = cast("SourceChange", fields)
    changed = await api.change_source(name, change, if_match=now.etag)
    return _tell(changed, "updated", given)


async def pause(api: AsyncApi, given: Given) -> int:
    """Answer its sender as if there were none."""
    name, reason = given.text("source_id"), given.text("reason")
    return _tell(await api.pause_source(name, {"reason": reason}), "paused", given)


async def resume(api: AsyncApi, given: Given) -> int:
    """Take submissions again."""
    return _tell(await api.resume_source(given.text("source_id")), "active", given)


async def rotate(api: AsyncApi, given: Given) -> int:
    """A new secret."""
    grace, file = given.text("grace"), given.maybe("secret_file")
    secret = read_text(file).strip() if file else None
    name = given.text("source_id")
    rotated = await api.rotate_source_secret(name, {"grace": grace, "secret": secret})
    return _tell(rotated, f"rotated, old secrets count for {grace}", given)


async def remove(api: AsyncApi, given: Given) -> int:
    """Remove it, after asking."""
    name, purge = given.text("source_id"), given.flag("purge")
    await api.get_source(name)
    ask_to_remove(name, purge=purge, yes=given.flag("yes"))
    removed = await api.remove_source(name, purge=purge)
    print_removed(name, removed["deleted_topics"], as_json=given.as_json)
    return GOOD


async def apply(api: AsyncApi, given: Given) -> int:
    """The difference first, then its steps."""
    file, prune, dry = given.text("file"), given.flag("prune"), given.flag("dry_run")
    declared = {"sources": read_whole(read_text(file), Path(file).parent, file)}
    wanted = cast("SourceDocument", declared)
    plan = (await api.apply_sources(wanted, dry_run=True, prune=prune))["plan"]
    steps: list[dict[str, object]] = [{**step} for step in plan]
    if not given.as_json:
        print_plan(steps, dry=dry)
    done: list[dict[str, object]] = []
    if not dry:
        ask_to_prune(steps, yes=given.flag("yes"))
        for one in (await api.apply_sources(wanted, prune=prune))["done"]:
            warn(*one["warnings"])
            row = {"id": one["id"], "action": one["action"], **_new({**one})}
            tell(done, row, as_json=given.as_json)
    if given.as_json:
        print_json({"plan": steps, "done": done})
    return GOOD


def _tell(answer: Versioned[SourceTaken], done: str, given: Given) -> int:
    taken = answer.value
    warn(*taken["warnings"])
    told = {"source": as_here(taken["source"]), **_new({**taken})}
    print_told(taken["source"]["id"], told, done, as_json=given.as_json)
    return GOOD


def _new(told: Mapping[str, object]) -> dict[str, object]:
    """What is new and secret in an answer."""
    return {n: told[n] for n in ("secret", "path") if told[n] is not None}


def _fields(given: Given) -> dict[str, object]:
    """The options as the API takes them: files are read here, as it reads none."""
    options = {k: v for k, v in given.all.items() if k not in _NO_FIELDS and v != []}
    return dict(whole(written(options), Path()))
