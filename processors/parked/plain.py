"""Groups and items as plain values: for JSON, lists and pages."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from bus.intake.parked.decisions import Decision
from bus.intake.parked.grouping import Group, Row
from bus.intake.parked.item import Found
from bus.intake.parked.machine import TABLE
from bus.times import rfc3339
from processors.parked.asking import Standing, Whole
from processors.parked.deciding import ACTIONS
from processors.parked.fixing import Plan
from processors.parked.trying import Tried

Plain: TypeAlias = dict[str, object]
_MOST_WHY = 20


def terms_row(standing: Standing, currency: str) -> Plain:
    """By which terms groups are ranked, and how many items there are."""
    pace = standing.terms.pace
    return {
        "currency": currency,
        "items": standing.open,
        "not_held": standing.beyond,
        "unreadable": standing.unreadable,
        "clear_every_s": round(pace.gap_s),
        "clear_every_measured": pace.measured,
        "usual_wait_s": round(pace.clear_s),
        "at_risk": money(sum(group.risk.at_risk for group in standing.groups)),
        "value": money(sum(group.risk.value for group in standing.groups)),
        "overdue": money(sum(group.risk.overdue for group in standing.groups)),
    }


def group_row(group: Group) -> Plain:
    """A group, with what it is ranked by."""
    risk, cause = group.risk, group.cause
    return {
        "group": group.id,
        "rule": cause.name,
        "stage": cause.stage.value,
        "channel": cause.channel,
        "path": cause.path or None,
        "shape": cause.shape,
        "text": cause.text,
        "part": group.part or None,
        "count": group.count,
        "snoozed": group.asleep,
        "at_risk": money(risk.at_risk),
        "value": money(risk.value),
        "p_late": None if risk.p_late is None else round(risk.p_late, 4),
        "weight": None if risk.weight is None else round(risk.weight, 4),
        "overdue": money(risk.overdue),
        "overdue_items": risk.late,
        "left_s": None if risk.left_s is None else round(risk.left_s),
        "unknown_value": {name or "none": n for name, n in risk.unknown.items()},
        "ship_by_assumed": risk.assumed,
        "ship_by": moment(group.ship_by),
        "accounts": list(group.accounts),
        "accounts_in_all": group.accounts_in_all,
        "sources": list(group.sources),
        "assignees": list(group.assignees),
        "trend": list(group.trend),
        "rising": group.rising,
        "first_at": moment(group.first),
        "newest_at": moment(group.newest),
        "fixed_at": moment(group.fixed),
        "fixed_by": group.fixed_by or None,
        "regression": group.regression,
        "new": group.new,
        "decided": group.ended,
    }


def item_row(row: Row, now: datetime) -> Plain:
    """One line of a list."""
    life = row.life
    asleep = life.asleep(now)
    return {
        "item": row.id,
        "state": "snoozed" if life.open and asleep else life.state.value,
        "group": row.fingerprint,
        "rule": row.cause.name,
        "stage": row.cause.stage.value,
        "path": row.cause.path or None,
        "source": row.source,
        "channel": row.channel,
        "account": row.account or None,
        "tier": row.stake.tier or None,
        "event_type": row.event_type or None,
        "order_id": row.order_id or None,
        "native_id": row.native_id or None,
        "number": row.number or None,
        "value": row.amount or None,
        "ship_by": moment(row.stake.ship_by),
        "parked_at": moment(life.since),
        "assignee": life.assignee or None,
        "snoozed_until": moment(life.snoozed_until) if asleep else None,
        "edited": life.edited,
        "releases": life.releases,
        "decided_at": moment(life.ended),
        "decided_by": life.by or None,
        "why": life.why or None,
        "version": life.version,
        "test": row.test,
    }


def whole_row(found: Whole, now: datetime) -> Plain:
    """All there is of an item."""
    item = found.item
    place = item.place if item else None
    return {
        **item_row(found.row, now),
        "event_type": found.event_type or None,
        "raw": f"{place.topic}/{place.partition}/{place.offset}" if place else None,
        "part": item.part if item else 0,
        "findings": [found_row(one) for one in item.findings] if item else [],
        "original": found.original,
        "payload": found.payload,
        "history": [_decided(one) for one in found.history],
    }


def found_row(found: Found) -> Plain:
    """A finding."""
    return {
        "code": found.code,
        "rule": found.rule or None,
        "severity": found.severity.value,
        "observed": found.observed,
        "path": found.path or None,
        "source_path": found.source_path or None,
        "value": found.value,
        "text": found.text,
        "need": found.need or None,
    }


def may_be_done(row: Row) -> Sequence[str]:
    """What can be decided about an item now."""
    words = {**ACTIONS, "edit": "edited"}
    there = {kind.value for state, kind in TABLE if state is row.life.state}
    return [word for word, kind in words.items() if kind in there]


def tried_row(tried: Tried) -> Plain:
    """What an edit or a try came to."""
    return {
        "passes": tried.passes,
        "why": tried.why or None,
        "findings": [found_row(one) for one in tried.findings],
    }


def plan_row(plan: Plan) -> Plain:
    """What a fix comes to."""
    return {
        "tried": plan.tried,
        "passing": len(plan.passing),
        "passing_value": money(plan.passing_value),
        "failing": dict(plan.failing.most_common(_MOST_WHY)),
        "examples": {
            why: plan.examples[why] for why, _ in plan.failing.most_common(_MOST_WHY)
        },
        "not_tried": plan.more,
    }


def _decided(one: Decision) -> Mapping[str, object]:
    return {
        "decision": one.kind.value,
        "at": moment(one.at),
        "by": one.who,
        "why": one.why or None,
        "to": one.to or None,
        "until": moment(one.until),
    }


def money(amount: float) -> str:
    """An amount in the one currency, with two places."""
    return f"{amount:.2f}"


def moment(at: datetime | None) -> str | None:
    """A time; None stays None."""
    return None if at is None else rfc3339(at).replace(".000000Z", "Z")
