"""What a record's headers say of its event, without a loop over them in Python."""

from typing import TYPE_CHECKING

from bus.delivery.attributes import Attributes, time_of
from bus.delivery.attributes import read_attributes as read_slowly
from bus.native.loading import core
from bus.record import Record

if TYPE_CHECKING:
    from bus.native._core import Said


def read_attributes(record: Record) -> Attributes:
    """Read the CloudEvents headers of a record.

    Raises:
        DecodeError: as `bus.delivery.attributes.read_attributes`.
    """
    if core is not None and not record.unreadable:
        said: Said | None = core.heads(record.headers)
        if said is not None:
            event_id, kind, source, subject, at, trace, extensions = said
            time = time_of(at)
            if time is not None or at is None:
                return Attributes(
                    event_id, kind, source, subject, time, trace, extensions
                )
    return read_slowly(record)
