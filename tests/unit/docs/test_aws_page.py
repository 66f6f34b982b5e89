"""The page of SQS, SNS and EventBridge says what is so."""

import re
from pathlib import Path

from bus.adapters.aws.codes import MEANINGS, Sense

PAGE = (Path(__file__).parents[3] / "docs" / "sinks" / "aws.md").read_text()
WORDS = {
    Sense.REFUSED: "refused",
    Sense.THROTTLED: "throttled",
    Sense.FAILED: "failed",
    Sense.SPLIT: "refused",
}


def test_the_table_of_codes_is_true() -> None:
    """Every code in it means what the page says; every meaning has a row."""
    table = PAGE.partition("| code | means |")[2].partition("\n\n")[0]
    said: set[tuple[str, str]] = set()
    for codes, means, status in re.findall(
        r"^\| (.*`.+`.*) \| (.+?) \| (\d+) \|$", table, re.MULTILINE
    ):
        for code in re.findall(r"`(\w+)`", codes):
            sense, number = MEANINGS[code]
            assert means.startswith(WORDS[sense]), code
            assert status == str(number), code
            said.add((WORDS[sense], status))
    assert said == {(WORDS[one.sense], str(one.status)) for one in MEANINGS.values()}
