"""What is given is judged before Kafka is asked: a slip costs no wait."""

import pytest
from typer.testing import CliRunner

from processors.cli.main import app

_NOWHERE = {"ORDERBUS_BOOTSTRAP_SERVERS": "127.0.0.1:1", "COLUMNS": "200"}


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("dlq list --since 1x", "'1x' is no time"),
        ("dlq replay erp --until y", "'y' is no time"),
        ("quarantine list --since z", "'z' is no time"),
        ("trace SO-1 --since soon", "'soon' is no time"),
        ("replay erp --from noon --to now", "'noon' is no time"),
        ("audit --since 5", "'5' is no time"),
        ("intake replay shop --from x", "'x' is no time"),
        ("migrate owner acme SO-1 --made-at x", "'x' is no time"),
        ("subscriptions add erp not-a-url -t order.created", "URL: expected"),
        ("subscriptions add erp https://x.example/", "--type: is required"),
    ],
)
def test_a_slip_is_told_at_once(words: str, why: str) -> None:
    """With nobody there to ask: exit code 2, and what is wrong."""
    result = CliRunner().invoke(app, words.split(), env=_NOWHERE)
    assert (result.exit_code, why in result.stderr) == (2, True), result.stderr
    assert "Kafka" not in result.stderr
