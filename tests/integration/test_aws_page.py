"""What the page of AWS's kinds has newcomers do without an account, done."""

import re
from pathlib import Path

import pytest

from tests.support.bus import ROOT, wait_until
from tests.support.terminals import Terminals, free_port, terminals

TEXT = (ROOT / "docs" / "sinks" / "aws.md").read_text(encoding="utf-8")
_SECTION = TEXT.partition("## Without an account")[2].partition("\n## ")[0]
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", _SECTION, re.MULTILINE | re.DOTALL)


@pytest.mark.kafka
@pytest.mark.timeout(300)
async def test_from_nothing_to_verified_events(tmp_path: Path) -> None:
    """By a queue, a topic and an event bus: each is received and verified."""
    bus, moto, queue, listen, topic, event_bus = BLOCKS
    async with terminals(tmp_path) as opened:
        opened.ports["4566"] = free_port()
        await opened.keep(bus, "Ctrl-C stops it")
        await opened.keep(moto, "Running on")
        await _typed(opened, queue)
        said = await opened.keep(_there(listen, tmp_path), "Listening")
        for number, block in enumerate(("", topic, event_bus)):
            if block:
                await _typed(opened, block)

            def verified(
                order: str = f"SO-100{number}", times: int = number + 1
            ) -> bool:
                line = rf"order.created +{order} +\d  verified "
                return len(re.findall(line, said.read_text())) == times

            await wait_until(verified, 30, f"{block}\n{said.read_text()}")


async def _typed(opened: Terminals, block: str) -> None:
    said = await opened.shell(_there(block, opened.folder))
    assert "rror" not in said, said


def _there(block: str, folder: Path) -> str:
    """Its files are this test's."""
    return re.sub(r"\b(key|secret)\.txt", rf"{folder}/\1.txt", block)
