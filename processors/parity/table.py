"""Rows of an old sender's table, as requests."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from bus.migration.comparison import Unread
from bus.migration.recorded import Recorded, UnreadError, recorded_of


def table_lines(
    pages: Iterable[Sequence[Mapping[str, object]]], by: str, until_ms: int
) -> Iterator[Recorded | Unread]:
    """The rows in their order, up to the first that is younger than `until_ms`.

    Numbers of rows are given out before they are committed: what is young may yet
    have a neighbour that comes later, and would be passed over.
    """
    for page in pages:
        for row in page:
            place = f"{by} {row[by]}"
            try:
                line = recorded_of(row, place)
            except UnreadError as error:
                yield Unread(place, str(error))
                continue
            if line.at_ms > until_ms:
                return
            yield line
