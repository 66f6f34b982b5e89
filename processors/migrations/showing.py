"""How a migration is shown: plain values, the same by command, API and report."""

from collections.abc import Sequence

from bus.migration.gates import Gate
from bus.migration.ledger import Epoch, Migration
from bus.migration.owners import both_until_ms, bucket, old_sends, side_of
from bus.migration.phases import above
from bus.times import at_us, rfc3339


def migration_row(migration: Migration, found: Sequence[Gate]) -> dict[str, object]:
    """A migration with the gates of its next rung."""
    now = migration.now
    to = above(now.rung, migration.shares)
    back_ms, until_ms = migration.back_ms, both_until_ms(migration)
    return {
        "id": migration.id,
        "old": migration.old,
        "about": migration.about,
        "phase": str(now.phase),
        "share": now.share,
        "epoch": now.number,
        "since": _moment(now.at_ms),
        "overlap_s": migration.overlap_s,
        "both_until": None if until_ms is None else _moment(until_ms),
        "shares": list(migration.shares),
        "limits": migration.limits.model_dump(),
        "next": None if to is None else {"phase": str(to.phase), "share": to.share},
        "gates": [
            {"gate": one.gate, "state": str(one.state), "why": one.why} for one in found
        ],
        "steps": [_step(one) for one in migration.epochs],
        "proofs": [
            {
                "at": _moment(one.at_ms),
                "hash": one.hash,
                "verdict": one.verdict,
                "clean": one.clean,
                "by": one.by,
                "types": {
                    name: counts.model_dump() for name, counts in one.types.items()
                },
                "differences": [x.model_dump() for x in one.differences],
            }
            for one in migration.proofs
        ],
        "way_back": f"bus migrate back {migration.id}",
        "rehearsed": None if back_ms is None else _moment(back_ms),
    }


def _step(epoch: Epoch) -> dict[str, object]:
    return {
        "number": epoch.number,
        "phase": str(epoch.phase),
        "share": epoch.share,
        "at": _moment(epoch.at_ms),
        "written_at": _moment(epoch.held_ms),
        "by": epoch.by,
        "why": epoch.why,
        "back": epoch.back,
        "forced": epoch.forced,
        "starts": {topic: list(offsets) for topic, offsets in epoch.starts.items()},
        "gates": [one.model_dump() for one in epoch.gates],
    }


def owner_row(migration: Migration, order: str, made_ms: int) -> dict[str, object]:
    """Who sends an order's event that was made then, as an old sender asks it."""
    share = migration.now.share
    return {
        "order_id": order,
        "bucket": bucket(migration.id, order),
        "share": share,
        "owner": str(side_of(migration, order, share)),
        "old_sends": old_sends(migration, order, made_ms),
    }


def _moment(ms: int) -> str:
    return rfc3339(at_us(ms * 1000))
