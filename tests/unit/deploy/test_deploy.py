"""What is deployed fits what is built: names, files, variables, versions."""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import cast

import pytest

from processors.cli.run import Role
from processors.settings import ENV_PREFIX, Settings
from processors.telemetry import names
from tests.support.deployed import COMPOSE, DEPLOY, ROOT, Tree, walk, yaml_of

DOCKERFILE = DEPLOY / "Dockerfile"


def _services() -> dict[str, Tree]:
    services = yaml_of(COMPOSE)["services"]
    assert isinstance(services, dict)
    return services


def _images() -> list[str]:
    compose = [str(value) for key, value in walk(_services()) if key == "image"]
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


def test_every_program_runs_and_is_scraped() -> None:
    """One service a program: all that deliver, and what shows how they fare."""
    commands = {name: one.get("command", []) for name, one in _services().items()}
    run = {
        name: command[1]
        for name, command in commands.items()
        if isinstance(command, list) and command[:1] == ["run"]
    }
    shows = {Role.PROJECTOR, Role.WATCH, Role.GATEWAY}
    needed = {Role.FANOUT, Role.RETRY, Role.ORDERED} | shows
    assert needed <= set(run.values()) <= {*Role}
    scraped = yaml_of(DEPLOY / "prometheus.yml")["scrape_configs"]
    (job,) = cast("Sequence[dict[str, list[dict[str, dict[str, str]]]]]", scraped)
    targets = {
        target: one["labels"]["program"]
        for one in job["static_configs"]
        for target in one["targets"]
    }
    port = Settings.model_fields["http_port"].default
    assert targets == {f"{name}:{port}": program for name, program in run.items()}


def test_who_writes_and_asks_the_log_has_the_same(tmp_path: Path) -> None:
    """A file in a folder that they share, by a setting that is taken."""
    writes, *ask = (_services()[name] for name in ("projector", "gateway", "watch"))
    for one in (writes, *ask):
        environment = one["environment"]
        assert isinstance(environment, dict)
        log_url = environment[f"{ENV_PREFIX}LOG_URL"]
        settings = Settings(data_dir=tmp_path, log_url=log_url)
        assert settings.log_url
        (shared,) = cast("Sequence[str]", one["volumes"])
        folder = shared.partition(":")[2]
        assert log_url.startswith(f"sqlite:///{folder}/")
        assert one["volumes"] == writes["volumes"]


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


def test_runbook_names_log_lines_that_exist() -> None:
    """The log lines the runbook looks for are those the bus writes."""
    runbook = (DEPLOY / "runbook.md").read_text(encoding="utf-8")
    lines = set(re.findall(r"event=(\w+)", runbook))
    lines |= {"intake_paused", "broker_lost", "broker_back"}
    lines |= {"unreadable_subscription"}
    assert lines <= set(names.NOTES)
    assert all(line in runbook for line in lines)
