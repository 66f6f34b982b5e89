"""The page about AMQP says what is so."""

import re
from pathlib import Path

from bus.adapters.amqp.codes import MEANINGS, Sense

PAGE = (Path(__file__).parents[3] / "docs" / "sinks" / "amqp.md").read_text()
WORDS = {
    Sense.REFUSED: "refused",
    Sense.THROTTLED: "throttled",
    Sense.FAILED: "failed",
}


def test_the_table_of_answers_is_true() -> None:
    """Every code that is an answer stands in it, with its meaning and its status."""
    table = PAGE.partition("| from the broker |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (.+?) \| (.+?) \| ([\d, ]*) ?\|$", table, re.MULTILINE)
    for one in MEANINGS.values():
        if one.sense is Sense.UNREACHABLE:
            continue
        fitting = [
            row
            for row in rows
            if f"`{one.name}`" in row[0]
            and row[1].startswith(WORDS[one.sense])
            and str(one.status) in row[2].strip().split(", ")
        ]
        assert fitting, one.name
