"""`bus intake parked fix` over the HTTP API."""

from bus.api import AsyncApi
from bus.api.models import Fix
from processors.cli.asking import ask
from processors.cli.control import read_text
from processors.cli.dlq_redrive import bar
from processors.cli.intake_parked_fix import tell_plan
from processors.cli.over_api.given import Given
from processors.cli.over_api.working import finished


async def fix(api: AsyncApi, given: Given) -> int:
    """Try a group, and release what passes, after asking."""
    group, body = given.text("group"), Fix(why=given.text("why"))
    for name in ("mapping", "definition"):
        if file := given.text(name):
            body[name] = read_text(file)
    changed = "mapping" in body or "definition" in body
    with bar("trying", None):
        tried = await api.fix_parked_group(group, body, dry_run=True)
    dry_run = given.flag("dry_run") or changed
    row: dict[str, object] = {"dry_run": dry_run, **tried["plan"]}
    if tried["plan"]["passing"] and not dry_run:
        question = f"Release {tried['plan']['passing']} parked orders?"
        ask(question, yes=given.flag("yes"))
        with bar("releasing", None):
            did = await finished(api, (await api.fix_parked_group(group, body))["job"])
        row |= {"done": did.get("done", 0), "failed": did.get("not_done", {})}
    return tell_plan(row, as_json=given.as_json, changed=changed)
