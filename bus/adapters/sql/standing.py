"""How deliveries stood before a batch, of those few where that decides whose cause."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection, select, tuple_

from bus.adapters.sql.packing import packed_id
from bus.adapters.sql.tables import DELIVERY_OPEN
from bus.adapters.sql.values import Numbers
from bus.log.causes import Standing, cause_numbered
from bus.log.deliveries import DeliveryKey
from bus.log.ledger import wants_standing
from bus.log.rows import AttemptRow

_AT_A_TIME = 500


def stood(
    connection: Connection, attempts: Iterable[AttemptRow], numbers: Numbers
) -> Mapping[DeliveryKey, Standing]:
    """How those stood of which that decides something."""
    c = DELIVERY_OPEN.c
    wanted = {
        (numbers[name], packed_id(event)): (name, event)
        for name, event in wants_standing(attempts)
    }
    keys = sorted(wanted)
    found: dict[DeliveryKey, Standing] = {}
    for first in range(0, len(keys), _AT_A_TIME):
        some = keys[first : first + _AT_A_TIME]
        query = select(c.subscription, c.event, c.attempts, c.cause, c.overdue)
        for number, event, attempts_, cause, overdue in connection.execute(
            query.where(tuple_(c.subscription, c.event).in_(some))
        ):
            found[wanted[number, bytes(event)]] = Standing(
                attempts_, cause_numbered(cause), cause_numbered(overdue)
            )
    return found
