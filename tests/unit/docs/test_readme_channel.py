"""What README.md tells a business analyst to do, done."""

import os
import re
import subprocess
import sys
from pathlib import Path

from tests.support.pace import patience

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")


def run(block: str, folder: Path) -> str:
    """Run a block of commands, as they stand there; returns what they print."""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603 - our own README
        ["bash", "-ec", block],  # noqa: S607 - found by PATH, as a reader's
        cwd=folder,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=patience(60),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_channel_of_three_samples(tmp_path: Path) -> None:
    """From three files to a passing test, without a line of Python."""
    section = TEXT.partition("## A new channel, without programming")[2]
    blocks = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)[:2]
    assert "1 left in comments" in run(blocks[0], tmp_path)
    mapping = tmp_path / "channels/our-shop/mapping.yaml"
    assert "loyalty_tier    gold" in mapping.read_text()
    said = run(blocks[1], tmp_path)
    assert 'parts[0].data.tags: expected null, got ["gold"]' in said
    assert "ok   our-shop: 3 samples\n" in said
    assert "shipping_address.zip" in said
