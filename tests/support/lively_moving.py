"""A partner that is being moved, as the dashboard shows it."""

from bus.migration.ledger import Counts, Proof
from processors.gateway.api import Api
from processors.migrations.steps import Planned, back, plan, step


async def put_moving(api: Api) -> None:
    """A migration in its canary, taken back once, with a comparison."""
    on = await api.migrations()
    about = "from the old sender"
    await plan(on, "soylent-tax", Planned(about=about, shares=(5, 50), force=True))
    now_ms = int(on.world.clock.now() * 1000)
    types = {
        "order.created": Counts(pairs=3_204, different=0, unpaired=0),
        "payment.captured": Counts(pairs=2_950, different=0, unpaired=0),
    }
    proof = Proof(
        at_ms=now_ms,
        hash="5e" * 32,
        verdict="no difference: 6,154 pairs, 0 different, 0 unpaired",
        clean=True,
        first_ms=now_ms - 7 * 86_400_000,
        last_ms=now_ms,
        types=types,
        by="cli:ada",
    )
    await on.writer.write(
        "soylent-tax", lambda old: old and old.with_proof(proof), "attach"
    )
    for why in ("endpoints are over", "the tap records", "few of one type, agreed"):
        await step(on, "soylent-tax", force=True, why=why)
    await back(on, "soylent-tax", why="a rehearsal")
    await step(on, "soylent-tax", force=True, why="as rehearsed")
