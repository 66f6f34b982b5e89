"""The rules for Prometheus: what they ask for is there, and each is shown to fire."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bus.watch.facts import Objective
from bus.watch.limits import Limits
from bus.watch.prometheus import as_yaml, exported
from bus.watch.prometheus_rows import OWN
from bus.watch.rules import RULES
from processors.cli.main import app
from processors.telemetry import names
from tests.support.deployed import (
    ALERTS,
    DASHBOARD,
    DEPLOY,
    ROOT,
    expressions,
    metrics_in,
    sections,
    yaml_of,
)

ALERTS_TEST = DEPLOY / "alerts-test.yml"
PROMTOOL = shutil.which("promtool")


@pytest.mark.parametrize("path", [ALERTS, DASHBOARD], ids=lambda path: path.name)
def test_metrics_exist(path: Path) -> None:
    """Alerts and dashboard ask for metrics and labels that there are."""
    asked = expressions(path)
    assert asked
    for expression in asked:
        assert metrics_in(expression) <= set(names.METRICS), expression
        assert expression.count("(") == expression.count(")"), expression
        for metric, labels in re.findall(r"(orderbus_[a-z_]+)\{(.*?)\}", expression):
            plain = re.sub(r"_(bucket|sum|count)$", "", metric)
            used = set(re.findall(r"(\w+)\s*[=!]~?\"", labels))
            assert used <= set(names.METRICS[plain].labels), expression
        known = {"instance", "le"}.union(
            *(names.METRICS[name].labels for name in metrics_in(expression))
        )
        for labels in re.findall(r"by \((.*?)\)", expression):
            assert set(labels.split(", ")) <= known, expression


def _rules() -> list[dict[str, object]]:
    groups = yaml_of(ALERTS)["groups"]
    assert isinstance(groups, list)
    return [rule for group in groups for rule in group["rules"]]


def test_the_file_is_made_of_the_rules() -> None:
    """Limits, spans, severities, names, sections: `bus alerts rules > …`."""
    made = as_yaml(exported(Limits(), Objective()))
    assert ALERTS.read_text(encoding="utf-8") == made


def test_the_command_prints_the_file() -> None:
    """By the limits of the settings; without any, what is checked in."""
    done = CliRunner().invoke(app, ["alerts", "rules"])
    assert done.exit_code == 0
    assert done.stdout == ALERTS.read_text(encoding="utf-8")


def test_limits_and_objective_are_those_of_the_watch() -> None:
    """Change one, and the expression changes."""
    calm = {one.name: one for one in exported(Limits(), Objective())}
    other = Limits(log_lag_s=77, dead_share=0.07, p95_fewest=777, many=7)
    strict = {one.name: one for one in exported(other, Objective(0.9, 7.5))}
    changed = {n for n, one in calm.items() if one.expression != strict[n].expression}
    assert changed == {
        "OrderbusBurnsFast",
        "OrderbusBurnsMedium",
        "OrderbusBurnsSlow",
        "OrderbusDeadLetters",
        "OrderbusLogBehind",
        "OrderbusManyFailing",
        "OrderbusSlow",
    }


def test_prometheus_has_every_rule_of_the_watch() -> None:
    """By an expression of its own or from the watch, as grave as there."""
    of = {row.rule: row.name for row in OWN if row.rule}
    alerts = {one.name: one for one in exported(Limits(), Objective())}
    for rule in RULES:
        words = rule.name.title().replace("_", "")
        alert = alerts[of.get(rule.name, f"Orderbus{words}")]
        assert (alert.severity, alert.runbook) == (rule.severity, rule.runbook)


def test_every_alert_has_its_section() -> None:
    """Each alert names a section of the runbook that is there and names it back."""
    there = sections()
    for rule in _rules():
        annotations = rule["annotations"]
        assert isinstance(annotations, dict)
        file, _, anchor = str(annotations["runbook"]).partition("#")
        assert (ROOT / file).is_file()
        assert f"`{rule['alert']}`" in there[anchor]


def test_every_alert_is_shown_to_fire() -> None:
    """The rules' own tests leave no alert out, and feed them what there is."""
    tests = yaml_of(ALERTS_TEST)["tests"]
    assert isinstance(tests, list)
    fired = {
        case["alertname"]
        for test in tests
        for case in test["alert_rule_test"]
        if case.get("exp_alerts")
    }
    assert fired == {rule["alert"] for rule in _rules()}
    series = " ".join(str(s["series"]) for test in tests for s in test["input_series"])
    assert metrics_in(series) <= set(names.METRICS)


@pytest.mark.skipif(not PROMTOOL, reason="Prometheus' promtool is not installed")
def test_rules_do_what_they_say() -> None:
    """Prometheus itself reads the rules and tries them."""
    assert PROMTOOL is not None
    config = DEPLOY / "prometheus.yml"
    for what in (("check", "config", str(config)), ("test", "rules", str(ALERTS_TEST))):
        done = subprocess.run(  # noqa: S603 - our own files
            [PROMTOOL, *what], check=False, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
