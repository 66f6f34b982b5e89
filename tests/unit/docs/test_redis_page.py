"""The page about Redis says what is so."""

import re
from pathlib import Path

from bus.adapters.redis.codes import ERRORS, Sense

PAGE = (Path(__file__).parents[3] / "docs" / "sinks" / "redis.md").read_text()
WORDS = {
    Sense.REFUSED: "refused",
    Sense.THROTTLED: "throttled",
    Sense.FAILED: "failed",
}


def test_the_table_of_answers_is_true() -> None:
    """Every error that we know stands in it, with its meaning."""
    table = PAGE.partition("| from the server |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (.+) \| (.+?) \| (\d*) ?\|$", table, re.MULTILINE)
    for code, meaning in ERRORS.items():
        (row,) = [one for one in rows if f"`{code}`" in one[0]]
        assert row[1].startswith(WORDS[meaning.sense]), code
        assert row[2] == str(meaning.status), code
