"""`bus intake parked` over the HTTP API: looking, and editing."""

from typing import cast

from bus.api import AsyncApi, NotFoundError
from bus.api.models import ParkedEdit
from bus.delivery.schedule import parse_duration
from bus.errors import ConfigurationError
from processors.cli.asking import ask
from processors.cli.control import GOOD, print_json
from processors.cli.dlq_options import limit_of
from processors.cli.dlq_redrive import bar
from processors.cli.intake_parked_view import (
    print_groups,
    print_items,
    print_tried,
    print_whole,
    tell_done,
)
from processors.cli.intake_parked_work import no_such, payload_in, question
from processors.cli.over_api.given import Given, as_here
from processors.cli.over_api.working import finished

_FILTERS = ("group", "state", "source", "account", "assignee", "order")


async def groups(api: AsyncApi, given: Given) -> int:
    """All groups, ranked."""
    pages = api.list_parked_groups(limit=250)
    terms = cast("dict[str, object]", (await pages.first())["terms"])
    rows: list[dict[str, object]] = [as_here(row) async for row in pages]
    if given.as_json:
        print_json({"terms": terms, "groups": rows})
    else:
        print_groups(rows, terms)
    return GOOD


async def list_(api: AsyncApi, given: Given) -> int:
    """The items that are meant."""
    typed, more = given.maybe("limit"), 0
    limit = limit_of(None if typed is None else int(typed), as_json=given.as_json)
    wanted = {name: given.maybe(name) for name in _FILTERS}
    rows: list[dict[str, object]] = []
    async for row in api.list_parked(limit=250, **wanted):  # type: ignore[arg-type]
        if limit and len(rows) == limit:
            more += 1
        else:
            rows.append(as_here(row))
    if given.as_json:
        print_json(rows)
    else:
        print_items(rows, more=more)
    return GOOD


async def show(api: AsyncApi, given: Given) -> int:
    """All there is of one."""
    item = given.text("item")
    try:
        fields = as_here((await api.get_parked(item)).value)
    except NotFoundError:
        return no_such(f"no parked item {item}", as_json=given.as_json)
    if given.as_json:
        print_json(fields)
    else:
        print_whole(fields)
    return GOOD


async def edit(api: AsyncApi, given: Given) -> int:
    """Put another payload in the place of an item's."""
    item, dry_run = given.text("item"), given.flag("dry_run")
    body: dict[str, object] = {"data": payload_in(given.text("file"))}
    body |= {"why": given.text("why")}
    if event_type := given.text("event_type"):
        body["type"] = event_type
    done = await api.edit_parked(item, cast("ParkedEdit", body), dry_run=dry_run)
    row = {name: value for name, value in done.value.items() if name != "item"}
    print_tried(item, row, dry_run=dry_run, as_json=given.as_json)
    return GOOD if done.value["passes"] else 1


async def split(api: AsyncApi, given: Given) -> int:
    """Split a group, and show what all have become."""
    by = given.text("by") or None
    await api.split_parked_group(given.text("group"), {"by": by})  # type: ignore[typeddict-item]
    return await groups(api, Given({}))


async def release(api: AsyncApi, given: Given) -> int:
    """Let them go on."""
    body: dict[str, object] = {"why": given.text("why"), "raw": given.flag("raw")}
    return await _decide(api, given, "release", body)


async def reject(api: AsyncApi, given: Given) -> int:
    """Turn them away."""
    body: dict[str, object] = {"why": given.text("why")}
    return await _decide(api, given, "reject", body)


async def assign(api: AsyncApi, given: Given) -> int:
    """Say who looks after them."""
    body: dict[str, object] = {"to": given.text("to"), "why": given.text("why")}
    return await _decide(api, given, "assign", body)


async def snooze(api: AsyncApi, given: Given) -> int:
    """Put them off."""
    span = given.text("span")
    try:
        parse_duration(span)
    except ValueError as error:
        raise ConfigurationError(f"--for: {error}") from None
    body: dict[str, object] = {"duration": span, "why": given.text("why")}
    return await _decide(api, given, "snooze", body)


async def _decide(
    api: AsyncApi, given: Given, action: str, body: dict[str, object]
) -> int:
    """Decide about items, one by one, or about a group, as a job."""
    if group := given.text("group"):
        return await _decide_group(api, given, action, (group, body))
    items, dry_run = given.texts("items"), given.flag("dry_run")
    done, failed = 0, dict[str, str]()
    if not dry_run:
        if action in {"release", "reject"}:
            ask(question(action, len(items)), yes=given.flag("yes"))
        step = getattr(api, f"{action}_parked")
        for item in items:
            await step(item, body)
            done += 1
    said = {"meant": len(items), "done": done, "failed": failed}
    return tell_done(action, said, dry_run=dry_run, as_json=given.as_json)


async def _decide_group(
    api: AsyncApi, given: Given, action: str, wanted: tuple[str, dict[str, object]]
) -> int:
    step, dry_run = getattr(api, f"{action}_parked_group"), given.flag("dry_run")
    meant = (await step(*wanted, dry_run=True))["plan"]["meant"]
    done, failed = 0, dict[str, str]()
    if meant and not dry_run:
        if action in {"release", "reject"}:
            ask(question(action, meant), yes=given.flag("yes"))
        with bar(action, None):
            did = await finished(api, (await step(*wanted))["job"])
        done = int(str(did["done"]))
        failed = cast("dict[str, str]", did["not_done"])
    said = {"meant": meant, "done": done, "failed": failed}
    return tell_done(action, said, dry_run=dry_run, as_json=given.as_json)
