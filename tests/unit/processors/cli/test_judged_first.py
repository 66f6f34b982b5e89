"""What is given is judged before Kafka is asked: a slip costs no wait."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from processors.cli.main import app

_NOWHERE = {"ORDERBUS_BOOTSTRAP_SERVERS": "127.0.0.1:1", "COLUMNS": "200"}
_TEXTS = {"yaml": "rules: [", "json": "{nope", "empty": "{}"}


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
        ("intake show a/b/c", "no place: expected TOPIC/PARTITION/OFFSET"),
        ("intake parked list --state park", "did you mean parked?"),
        ("intake parked split f1-1 --by acount", "did you mean account?"),
        ("intake parked fix f1-1 --mapping {none}", "{none}"),
        ("migrate owner acme SO-1 --made-at x", "'x' is no time"),
        ("subscriptions add erp not-a-url -t order.created", "URL: expected"),
        ("subscriptions add erp https://x.example/", "--type: is required"),
        ("subscriptions update erp --url nowhere", "--url: expected"),
        ("subscriptions update erp --filter a(", "--filter: "),
        ("subscriptions update erp --transform a(", "--transform: "),
        ("subscriptions update erp --timeout 3x", "--timeout: "),
        ("subscriptions update erp --max-age soon", "--max-age: "),
        ("subscriptions update erp --rate -1", "--rate: "),
        ("subscriptions update erp -t ORDER..x", "--type: "),
        ("subscriptions update erp -H nocolon", "--header: "),
        ("subscriptions update erp --ca-file {none}", "--ca-file: "),
        ("subscriptions update erp", "nothing to change"),
        ("subscriptions rotate-secret erp --grace 1x", "'1x' is no duration"),
        ("subscriptions rotate-secret erp --secret-file {none}", "{none}"),
        ("subscriptions apply -f {none}", "{none}"),
        ("subscriptions apply -f {yaml}", "line 1"),
        ("sources add own -c generic-json --secret-file {none}", "{none}"),
        ("sources add own -c generic-json --max-body x", "--max-body: "),
        ("sources update own", "nothing to change"),
        ("sources update own --public-key-file {none}", "{none}"),
        ("sources rotate-secret own --grace 1x", "'1x' is no duration"),
        ("sources apply -f {yaml}", "line 1"),
        ("events send order.created -f {none}", "{none}"),
        ("events send order.created --id é", "id: expected 1 to 256 visible"),
        ("events send order.created -f {json}", "--file: "),
        ("events send order.created -f {empty}", "order_id: missing"),
        ("events show oms.order", "no place: expected TOPIC/PARTITION/OFFSET"),
        ("events search mug -t ghost.seen", "no event type 'ghost.seen'"),
        ("alerts silence --for 1x --rule lag", "--for: "),
        ("alerts silence --for 1h", "say what"),
        ("alerts silence --for 400d --rule lag", "30 days"),
        ("migrate plan acme --overlap 1x", "overlap: "),
        ("migrate plan acme --shares a,b", "shares: "),
        ("migrate plan acme --limit days", "limit: expected NAME=NUMBER"),
        ("migrate report acme {none} --old {none} --new {none}", "{none}"),
        ("migrate shadow acme --out {none}/x", "there is no folder"),
        ("migrate shadow acme --out {json}", "{json} has a recording in it already"),
        ("migrate step acme --force", "`--force` needs `--why TEXT`"),
        ("dlq list erp -t ghost.seen", "no event type 'ghost.seen'"),
        ("dlq replay erp --event 1 --edited {none}", "{none}"),
        ("dlq replay --edited {empty}", "expected SUBSCRIPTION and one --event"),
        ("quarantine show oms.order", "no place"),
        ("quarantine replay oms.order/0/1 --edited {json}", "{json}"),
        ("quarantine discard --reason ghost", "there is no 'ghost'"),
        ("replay erp --from now --to 1h", "expected a time before --to"),
        ("replay erp --from 1h -t ghost.seen", "no event type 'ghost.seen'"),
        ("keys create --role reader --expires 1x", "--expires: "),
        ("keys rotate k --overlap 1x", "'1x' is no duration"),
        ("topics plan -f {none}", "{none}"),
        ("topics apply -f {yaml}", "line 1"),
        ("intake file shop {none}", "{none}: No such file or directory"),
        ("intake file Shop {json}", "SOURCE: expected 2 to 63"),
        ("intake file shop {json} --header x", "--header: expected NAME=VALUE"),
        ("intake parked edit i --file {json}", "{json}"),
        ("intake parked fix f1-x --mapping {none}", "{none}"),
        ("intake parked snooze i --for 1x", "'1x' is no duration"),
        ("intake acknowledge i --out {none}/x", "there is no folder"),
        ("rules apply {none}", "{none}"),
        ("rules apply {yaml}", "yaml:1: "),
        ("lookups load articles {none}", "{none}"),
        ("rules backtest {none}", "{none}"),
        ("rules backtest {yaml}", "yaml:1: "),
        ("sources add own -c ghost", "--channel: no channel 'ghost'"),
        ("tail --outcome ghost", "'ghost' is none"),
        ("tail --type ghost.seen", "no event type 'ghost.seen'"),
        ("tail --last-id x", "--last-id is none: expected the id of a line"),
    ],
)
def test_a_slip_is_told_at_once(words: str, why: str, tmp_path: Path) -> None:
    """With nobody there to ask: exit code 2, and what is wrong."""
    files = {name: tmp_path / name for name in ("none", *_TEXTS)}
    for name, text in _TEXTS.items():
        files[name].write_text(text)
    typed = [word.format(**files) for word in words.split()]
    result = CliRunner().invoke(app, typed, env=_NOWHERE)
    told = why.format(**files) in result.stderr
    assert (result.exit_code, told) == (2, True), result.stderr
    assert "Kafka" not in result.stderr
