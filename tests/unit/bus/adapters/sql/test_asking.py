"""How lists are asked: by which index, where nobody has counted rows yet."""

from sqlalchemy import Index, create_engine, select, text

from bus.adapters.sql.asking import attempted
from bus.adapters.sql.tables import ATTEMPT, EVENT


def test_attempts_of_an_event_are_found_by_its_order() -> None:
    """Never by subscription: a partner's may have millions, an order has a few."""
    engine = create_engine("sqlite://")
    query = select(EVENT.c.event).where(attempted(EVENT, [1, 2]))
    said = query.compile(engine, compile_kwargs={"literal_binds": True})
    with engine.connect() as connection:
        EVENT.metadata.create_all(connection, [EVENT, ATTEMPT])
        for column in ("order_key", "subscription"):
            Index(f"by_{column}", ATTEMPT.c[column], ATTEMPT.c.started_us).create(
                connection
            )
        explain = text(f"EXPLAIN QUERY PLAN {said}".replace("LIMIT ?", "LIMIT -1"))
        plan = str(connection.execute(explain).all())
    assert "by_order_key" in plan
    assert "by_subscription" not in plan
