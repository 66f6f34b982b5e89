"""The page about Pub/Sub says what is so."""

import re
from pathlib import Path

from google.rpc.code_pb2 import Code

from bus.adapters.google.codes import MEANINGS, Sense

PAGE = (Path(__file__).parents[3] / "docs" / "sinks" / "pubsub.md").read_text()
WORDS = {
    Sense.REFUSED: "refused",
    Sense.THROTTLED: "throttled",
    Sense.FAILED: "failed",
}


def test_the_table_of_answers_is_true() -> None:
    """Every status that we know stands in it, with its meaning."""
    table = PAGE.partition("| status | means |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| (.+) \| (.+?) \| (\d*) ?\|$", table, re.MULTILINE)
    for name, meaning in MEANINGS.items():
        (row,) = [one for one in rows if f"`{name}`" in one[0]]
        assert row[1].startswith(WORDS[meaning.sense]), name
        assert row[2] == str(meaning.status), name


def test_no_code_of_googles_is_missing() -> None:
    """The table is compared with Google's own list, in the names that it has there."""
    assert {"OK", *MEANINGS} == set(Code.keys())
