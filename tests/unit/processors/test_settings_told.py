"""Settings as they are told: what said each, and never a secret."""

import os
from pathlib import Path

import pytest

from processors.settings import (
    DevState,
    Settings,
    in_force,
    load,
    resolve,
    write_dev,
)
from processors.settings.telling import InForce

SECRET = "correct-horse-battery"  # noqa: S105 - looked for in outputs


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("ORDERBUS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ORDERBUS_DATA_DIR", str(tmp_path / "data"))


def _force(settings: Settings) -> dict[str, InForce]:
    return {one.name: one for one in in_force(settings)}


def test_every_setting_says_where_it_comes_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """By default, by a variable, a file or an option; each with its place."""
    file = tmp_path / "kafka.properties"
    file.write_text(f"bootstrap.servers=b:2\nsasl.password={SECRET}\nacks=all\n")
    monkeypatch.setenv("ORDERBUS_KAFKA_CONFIG_FILE", str(file))
    monkeypatch.setenv("ORDERBUS_KAFKA_ACKS", "1")
    monkeypatch.setenv("ORDERBUS_DRAIN_S", "7")
    monkeypatch.setenv("ORDERBUS_SENDER", "aiohttp")
    monkeypatch.setenv("ORDERBUS_ALLOW_NETWORKS", "")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://o:4318/")
    told = _force(load(sender="lean", registry_url=None))
    said = {n: (o.value, o.origin, o.place) for n, o in told.items()}
    assert said["drain_s"] == ("7", "environment", "ORDERBUS_DRAIN_S")
    assert said["sender"] == ("lean", "option", "--sender")
    assert said["bootstrap_servers"] == ("b:2", "file", str(file))
    assert said["kafka_sasl_password"] == ("set", "file", str(file))
    assert said["kafka_acks"] == ("set", "environment", "ORDERBUS_KAFKA_ACKS")
    assert said["otlp_endpoint"][1:] == ("environment", "OTEL_EXPORTER_OTLP_ENDPOINT")
    assert said["allow_networks"] == (None, "default", "")
    assert said["https_only"] == ("true", "default", "")


def test_a_running_dev_is_a_file(tmp_path: Path) -> None:
    """Its note says which; what was given stays what it is."""
    state = DevState(
        pid=os.getpid(),
        bootstrap_servers="dev:1",
        registry_url="http://r",
        key_file=tmp_path / "k",
    )
    note = write_dev(tmp_path / "data", state)
    told = _force(resolve(load(registry_url="http://mine")))
    assert (told["bootstrap_servers"].value, told["bootstrap_servers"].place) == (
        *("dev:1", str(note)),
    )
    assert told["registry_url"].origin == "option"


def test_no_secret_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """That it is set, and nothing of what it is; nor a login in an address."""
    secrets = [n for n, one in _force(load()).items() if one.secret]
    given = {
        "ENCRYPTION_KEY": "a2V5",
        "REGISTRY_AUTH": f"u:{SECRET}",
        "LOG_URL": f"postgresql://u:{SECRET}@h/d",
        "WATCH_HEARTBEAT_URL": f"https://h/{SECRET}",
        "WATCH_DASHBOARD_URL": f"https://u:{SECRET}@h/x",
        "API_KEY": f"ob_{SECRET}",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"ORDERBUS_{name}", value)
    told = _force(load())
    assert SECRET not in str([one.plain for one in told.values()])
    assert told["watch_dashboard_url"].value == "https://h/x"
    assert {n.lower() for n in given} - set(secrets) == {"watch_dashboard_url"}
    assert told["log_url"].value == "set"
