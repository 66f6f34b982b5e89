"""What is deployed fits what is built: names, files, variables, versions."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from processors.settings import ENV_PREFIX, Settings
from processors.telemetry import (
    group_names,
    log_names,
    names,
    outbox_names,
    watch_names,
)

ROOT = Path(__file__).parents[3]
DEPLOY = ROOT / "deploy"
COMPOSE = ROOT / "docker-compose.kafka.yml"
DOCKERFILE = DEPLOY / "Dockerfile"
DASHBOARD = DEPLOY / "grafana" / "orderbus.json"
ALERTS_TEST = DEPLOY / "alerts-test.yml"
PROMTOOL = shutil.which("promtool")

Tree = Mapping[str, object]


def _yaml(path: Path) -> Tree:
    tree = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert isinstance(tree, dict)
    return tree


def _walk(node: object) -> Iterator[tuple[str, object]]:
    """Every key and value below a node of YAML or JSON."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield str(key), value
            yield from _walk(value)
    elif isinstance(node, list):
        for item in node:
            yield from _walk(item)


def _services() -> dict[str, Tree]:
    services = _yaml(COMPOSE)["services"]
    assert isinstance(services, dict)
    return services


def _images() -> list[str]:
    compose = [str(value) for key, value in _walk(_services()) if key == "image"]
    stages = re.findall(r"^FROM (\S+)", DOCKERFILE.read_text(), re.MULTILINE)
    return [image for image in compose if image != "orderbus"] + stages


@pytest.mark.parametrize("image", sorted(set(_images())))
def test_images_are_pinned(image: str) -> None:
    """Every image names one release, never a moving tag."""
    assert re.fullmatch(r"[a-z/-]+:v?\d+\.\d+\.\d+(-slim)?", image)


def test_kafka_is_the_one_that_is_tested() -> None:
    """The cluster runs the very Kafka release that the embedded default runs."""
    lock = json.loads((ROOT / "bus/adapters/jvm/kafka.lock.json").read_text())
    assert f"apache/kafka:{lock['version']}" in _images()


@pytest.mark.parametrize("path", [COMPOSE, DOCKERFILE], ids=lambda path: path.name)
def test_variables_are_settings(path: Path) -> None:
    """Every ORDERBUS_ variable that is set is one that the bus knows."""
    text = path.read_text(encoding="utf-8")
    known = {f"{ENV_PREFIX}{name.upper()}" for name in Settings.model_fields}
    used = set(re.findall(r"ORDERBUS_[A-Z_]+", text))
    assert used
    assert used <= known


def test_mounted_and_copied_files_exist() -> None:
    """What the compose file mounts and the Dockerfile copies is in the repository."""
    mounts = re.findall(r"- \./(\S+?):/", COMPOSE.read_text())
    copies = [
        name
        for line in re.findall(
            r"^COPY (?!--from)(.+)$", DOCKERFILE.read_text(), re.MULTILINE
        )
        for name in line.split()[:-1]
    ]
    assert mounts
    assert copies
    for name in mounts + copies:
        assert (ROOT / name).exists(), name


def test_image_gets_what_it_copies() -> None:
    """`.dockerignore` lets in what the Dockerfile copies."""
    allowed = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    for line in re.findall(
        r"^COPY (?!--from)(.+)$", DOCKERFILE.read_text(), re.MULTILINE
    ):
        for name in line.split()[:-1]:
            assert name in allowed or name.split("/")[0] in allowed, name


def test_image_does_not_run_as_root() -> None:
    """The last stage switches to a user of its own and checks its health."""
    stage = DOCKERFILE.read_text().rsplit("\nFROM ", 1)[1]
    assert re.search(r"^USER (?!root)", stage, re.MULTILINE)
    assert "/healthz" in stage


def test_services_depend_on_services() -> None:
    """Every dependency, and every host in an address, is a service that is there."""
    services = _services()
    for service in services.values():
        depends = service.get("depends_on", {})
        assert isinstance(depends, dict)
        assert set(depends) <= set(services)
    hosts = re.findall(r"([a-z0-9-]+):(?:19092|9093|8080/)", COMPOSE.read_text())
    assert set(hosts) - {"localhost"} <= set(services)


def test_ports_are_on_loopback() -> None:
    """Nothing that asks for no password listens beyond this machine."""
    for name, service in _services().items():
        ports = service.get("ports", [])
        assert isinstance(ports, list)
        for port in ports:
            assert str(port).startswith("127.0.0.1:"), name


def test_brokers_differ_only_in_who_they_are() -> None:
    """Three brokers, one quorum, each with its own id, address, port and volume."""
    brokers = {k: v for k, v in _services().items() if k.startswith("kafka-")}
    environments = []
    for name, broker in brokers.items():
        environment = broker["environment"]
        assert isinstance(environment, dict)
        assert f"//{name}:19092" in str(environment["KAFKA_ADVERTISED_LISTENERS"])
        voter = f"{environment['KAFKA_NODE_ID']}@{name}:9093"
        assert voter in str(environment["KAFKA_CONTROLLER_QUORUM_VOTERS"])
        environments.append(environment)
    assert len(brokers) == 3
    assert len({str(e["KAFKA_NODE_ID"]) for e in environments}) == 3
    assert len({str(b["volumes"]) for b in brokers.values()}) == 3


def test_pins_of_the_image_are_those_of_the_tests() -> None:
    """The image installs the versions that the tests ran on."""

    def pins(name: str) -> set[str]:
        text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
        return set(re.findall(r"^([\w.-]+==[^ \\;]+)", text, re.MULTILINE))

    run, dev = pins("run.txt"), pins("dev.txt")
    assert run
    assert run <= dev


def _metrics_in(text: str) -> set[str]:
    return {
        re.sub(r"_(bucket|sum|count)$", "", name)
        for name in re.findall(r"\borderbus_[a-z_]+", text)
    }


def _expressions(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    tree = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
    return [str(value) for key, value in _walk(tree) if key in {"expr", "query"}]


@pytest.mark.parametrize(
    "path", [DEPLOY / "alerts.yml", DASHBOARD], ids=lambda path: path.name
)
def test_metrics_exist(path: Path) -> None:
    """Alerts and dashboard ask for metrics and labels that there are."""
    expressions = _expressions(path)
    assert expressions
    for expression in expressions:
        assert _metrics_in(expression) <= set(names.METRICS), expression
        assert expression.count("(") == expression.count(")"), expression
        for metric, labels in re.findall(r"(orderbus_[a-z_]+)\{(.*?)\}", expression):
            plain = re.sub(r"_(bucket|sum|count)$", "", metric)
            used = set(re.findall(r"(\w+)\s*[=!]~?\"", labels))
            assert used <= set(names.METRICS[plain].labels), expression
        known = {"instance", "le"}.union(
            *(names.METRICS[name].labels for name in _metrics_in(expression))
        )
        for labels in re.findall(r"by \((.*?)\)", expression):
            assert set(labels.split(", ")) <= known, expression


def test_dashboard_shows_every_engine_metric() -> None:
    """The dashboard draws all but a few that only alerts or debugging need."""
    shown = set[str]().union(*(_metrics_in(e) for e in _expressions(DASHBOARD)))
    left_out = {
        names.CHANGES,
        names.PARTITION_CHANGES,
        names.CONSUMED,
        names.DROPS,
        names.UNDECIDED,
        names.MATCHED,
        names.ODD_EVENTS,
        names.COMMITS,
        names.ASSIGNED,
        names.SCHEMA_WAIT,
        names.SUBSCRIPTIONS,
        names.WAITING,
        names.API_STREAMS,
        names.API_STREAMS_ENDED,
        group_names.QUESTIONS,
        group_names.REJOINS,
        log_names.REACHABLE,
        outbox_names.LEADING,
        outbox_names.REACHABLE,
        watch_names.ALERTS,
        watch_names.SECONDS,
        watch_names.UNTOLD_NOTICES,
        watch_names.LEADING,
        watch_names.TOLD,
        watch_names.NOT_TOLD,
    }
    assert set(names.METRICS) - shown == left_out


def _rules() -> list[dict[str, object]]:
    groups = _yaml(DEPLOY / "alerts.yml")["groups"]
    assert isinstance(groups, list)
    return [rule for group in groups for rule in group["rules"]]


def test_every_alert_has_its_section() -> None:
    """Each alert names a section of the runbook that is there and names it back."""
    runbook = (DEPLOY / "runbook.md").read_text(encoding="utf-8")
    sections = {
        re.sub(r"[^a-z0-9 -]", "", title.lower()).replace(" ", "-"): body
        for title, body in re.findall(
            r"^## (.+)\n((?:(?!## ).*\n)*)", runbook, re.MULTILINE
        )
    }
    for rule in _rules():
        annotations = rule["annotations"]
        assert isinstance(annotations, dict)
        file, _, anchor = str(annotations["runbook"]).partition("#")
        assert (ROOT / file).is_file()
        assert f"`{rule['alert']}`" in sections[anchor]


def test_every_alert_is_shown_to_fire() -> None:
    """The rules' own tests leave no alert out, and feed them what there is."""
    tests = _yaml(ALERTS_TEST)["tests"]
    assert isinstance(tests, list)
    fired = {
        case["alertname"]
        for test in tests
        for case in test["alert_rule_test"]
        if case.get("exp_alerts")
    }
    assert fired == {rule["alert"] for rule in _rules()}
    series = " ".join(str(s["series"]) for test in tests for s in test["input_series"])
    assert _metrics_in(series) <= set(names.METRICS)


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


def test_runbook_names_log_lines_that_exist() -> None:
    """The log lines the runbook looks for are those the bus writes."""
    runbook = (DEPLOY / "runbook.md").read_text(encoding="utf-8")
    lines = set(re.findall(r"event=(\w+)", runbook))
    lines |= {"intake_paused", "broker_lost", "broker_back"}
    lines |= {"unreadable_subscription"}
    assert lines <= set(names.NOTES)
    assert all(line in runbook for line in lines)
