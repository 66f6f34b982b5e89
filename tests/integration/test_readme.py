"""What README.md tells newcomers to do, done: its own commands and code, extracted."""

import asyncio
import re
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from processors.settings import settings_table
from tests.support.bus import ROOT, wait_until
from tests.support.pace import patience
from tests.support.terminals import terminals

TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 - an example


def blocks(language: str) -> list[str]:
    """The code blocks of a language, in order."""
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def block(language: str, holding: str) -> str:
    """The one code block that holds a text."""
    (found,) = [text for text in blocks(language) if holding in text]
    return found


@pytest.mark.kafka
@pytest.mark.timeout(300)
async def test_a_newcomers_first_half_hour(tmp_path: Path) -> None:
    """From `bus dev` to a traced event, a dead-letter list and a consumer."""
    async with terminals(tmp_path) as opened:
        await opened.keep(block("sh", "dev --kafka-port"), "Ctrl-C stops it")
        added = await opened.shell(block("sh", "subscriptions add"))
        (secret,) = re.findall(r"whsec_\S+", added)
        asks = "bus listen --secret-file -"
        (tmp_path / "secret").write_text(secret)
        told = f"bus listen --secret-file {tmp_path}/secret --port 8000"
        partner = block("sh", "bus listen").replace(asks, told)
        said_of = await opened.keep(partner, "Listening")

        def verified(of: str) -> bool:
            pattern = rf"{of} +1  verified .* 200 "
            return re.search(pattern, said_of.read_text()) is not None

        await opened.shell(block("sh", "events send"))
        await wait_until(lambda: verified("order.created +SO-1000"), 30, "verified")
        assert "accepted" in await opened.shell("bus subscriptions test my-shop")

        producer = await opened.python(block("python", "Producer"))
        assert "oms.order" in await opened.run(*producer)
        looking = block("sh", "bus trace")
        looked = ""
        for _ in range(20):
            looked = await opened.shell(looking)
            if "accepted" in looked:
                break
        assert verified("order.status_changed +SO-1001")
        assert re.search(r"my-shop\s+accepted", looked)

        consumer = await opened.python(block("python", "Consumer"))
        process, said = await opened.start(*consumer)
        line = "order.status_changed SO-1001"
        await wait_until(lambda: line in said.read_text(), 30, "the consumer gets it")
        process.send_signal(signal.SIGINT)
        await asyncio.wait_for(process.wait(), patience(15))


def test_four_lines_lead_to_a_verified_webhook() -> None:
    """One line each; the first also installs, by a target that there is."""
    lines = ["dev --kafka-port", "subscriptions add", "bus listen", "events send"]
    found = [block("sh", line).strip() for line in lines]
    assert all("\n" not in line for line in found)
    assert found[0].startswith("make install && ")
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "\ninstall: " in makefile


@pytest.mark.parametrize("client", ["Producer", "Consumer"])
def test_ten_lines_are_enough(client: str) -> None:
    """Each example is short: at most ten lines of code."""
    lines = [line for line in block("python", client).splitlines() if line.strip()]
    assert len(lines) <= 10


def test_the_verification_example_verifies() -> None:
    """It accepts what is signed with its secret and refuses the rest."""
    names: dict[str, object] = {}
    exec(block("python", "standardwebhooks"), names)  # noqa: S102 - our own README
    receive = names["receive"]
    assert callable(receive)
    now = datetime.now(UTC)
    body = '{"order_id":"SO-1001"}'
    headers = {
        "webhook-id": "e-1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(SECRET).sign("e-1", now, body),
    }
    assert receive(body.encode(), headers) == 204
    assert receive(b'{"order_id":"SO-1002"}', headers) == 401


def test_the_settings_shown_are_true() -> None:
    """Each row stands so in the table that the settings give."""
    rows = [line for line in TEXT.splitlines() if line.startswith("| `ORDERBUS_")]
    assert rows
    assert set(rows) <= set(settings_table().splitlines())


def documents() -> list[Path]:
    """All Markdown files that readers find."""
    return [ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/*.md")]


@pytest.mark.parametrize(
    "document", documents(), ids=lambda path: str(path.relative_to(ROOT))
)
def test_links_lead_somewhere(document: Path) -> None:
    """Every relative link of a document is a file that exists."""
    text = document.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text):
        if "://" not in target:
            assert (document.parent / target).exists(), target
