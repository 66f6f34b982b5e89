"""Settings: where they come from, and how wrong ones are refused."""

import os
from ipaddress import ip_network
from pathlib import Path

import pytest

from bus.errors import ConfigurationError
from processors.settings import (
    DevState,
    load,
    read_dev,
    resolve,
    settings_table,
    write_dev,
)
from processors.settings.dev import door_of
from processors.settings.model import Settings

SECRET = "correct-horse-battery"  # noqa: S105 - looked for in outputs


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("ORDERBUS_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("ORDERBUS_DATA_DIR", str(tmp_path / "data"))


def test_defaults_are_usable() -> None:
    """With an empty environment every setting has a usable default."""
    settings = load()
    assert settings.bootstrap_servers is None
    assert settings.topics_file.is_file()
    assert settings.schemas_dir.is_dir()


def test_argument_beats_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An argument beats the variable; None means not given."""
    monkeypatch.setenv("ORDERBUS_DRAIN_S", "7")
    assert load(drain_s=None).drain_s == 7
    assert load(drain_s=2).drain_s == 2


def test_empty_variable_is_not_given(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable set to nothing counts as unset, as compose files leave them."""
    monkeypatch.setenv("ORDERBUS_BOOTSTRAP_SERVERS", "")
    assert load().bootstrap_servers is None


def test_any_librdkafka_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    """ORDERBUS_KAFKA_X_Y becomes the librdkafka setting x.y."""
    monkeypatch.setenv("ORDERBUS_KAFKA_SASL_MECHANISM", "SCRAM-SHA-512")
    monkeypatch.setenv("ORDERBUS_BOOTSTRAP_SERVERS", "a:1")
    assert load().librdkafka() == {
        "sasl.mechanism": "SCRAM-SHA-512",
        "bootstrap.servers": "a:1",
    }


def test_kafka_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The file gives brokers and settings; variables beat it."""
    file = tmp_path / "kafka.properties"
    file.write_text(
        "# cluster\nbootstrap.servers = b:2\nsasl.password=a=b\nclient.id=file\n"
    )
    monkeypatch.setenv("ORDERBUS_KAFKA_CONFIG_FILE", str(file))
    monkeypatch.setenv("ORDERBUS_KAFKA_CLIENT_ID", "env")
    settings = load()
    assert settings.bootstrap_servers == "b:2"
    assert settings.librdkafka()["sasl.password"] == "a=b"
    assert settings.librdkafka()["client.id"] == "env"


def test_java_setting_is_explained(tmp_path: Path) -> None:
    """A setting only Java clients know is refused with librdkafka's name for it."""
    file = tmp_path / "client.properties"
    file.write_text(f"sasl.jaas.config=x password={SECRET}\n")
    with pytest.raises(ConfigurationError, match=r"use sasl\.username") as caught:
        load(kafka_config_file=file)
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [(None, "cannot read"), ("oops\n", "line 1: expected name=value")],
)
def test_bad_kafka_file(tmp_path: Path, text: str | None, expected: str) -> None:
    """A file that is not there or not of this form is refused, with the place."""
    file = tmp_path / "kafka.properties"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ConfigurationError, match=expected):
        load(kafka_config_file=file)


def test_typo_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable nobody knows is refused with the nearest name."""
    monkeypatch.setenv("ORDERBUS_BOOTSTRAP_SERVER", "a:1")
    with pytest.raises(ConfigurationError, match="mean ORDERBUS_BOOTSTRAP_SERVERS"):
        load()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("ORDERBUS_COMMIT_INTERVAL_S", "soon", "expected a number"),
        ("ORDERBUS_DRAIN_S", "0", "expected a number above 0"),
        ("ORDERBUS_SENDER", "curl", "aiohttp or lean"),
        ("ORDERBUS_ALLOW_NETWORKS", "10.0.0.0/99", "IPv4 or IPv6|network"),
        ("ORDERBUS_REGISTRY_URL", "localhost:8081", "absolute http"),
        ("ORDERBUS_REGISTRY_URL", f"http://u:{SECRET}@h", "credentials do not belong"),
        ("ORDERBUS_REGISTRY_AUTH", SECRET, "user:password"),
    ],
)
def test_bad_value_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    """A bad value is refused with the variable and what was expected, no secret."""
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError, match=f"^{name}: .*({expected})") as caught:
        load()
    assert SECRET not in str(caught.value)


def test_bad_argument_names_the_option() -> None:
    """A bad argument is named as the option it came from."""
    with pytest.raises(ConfigurationError, match=r"^--intake-limit: "):
        load(intake_limit=0)


@pytest.mark.parametrize(
    "fields",
    [
        {"encryption_key": SECRET, "encryption_key_file": "k"},
        {"registry_certificate_file": "c"},
        {"breaker_open_s": 90},
    ],
)
def test_contradictions(fields: dict[str, object]) -> None:
    """Settings that contradict each other are refused; no secret is repeated."""
    with pytest.raises(ConfigurationError) as caught:
        load(**fields)
    assert SECRET not in str(caught.value)


def test_networks_are_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """Networks are separated by commas."""
    monkeypatch.setenv("ORDERBUS_ALLOW_NETWORKS", "10.0.0.0/8, fd00::/8")
    networks = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert load().allow_networks == networks


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ORDERBUS_OTLP_ENDPOINT", "http://c:4318/"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://c:4318"),
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://c:4318/v1/traces"),
    ],
)
def test_standard_trace_variables(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """OpenTelemetry's own variables say where traces go, too."""
    monkeypatch.setenv(name, value)
    assert load().otlp_endpoint == "http://c:4318"


def test_repr_holds_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither repr nor JSON of the settings shows a secret."""
    monkeypatch.setenv("ORDERBUS_KAFKA_SASL_PASSWORD", SECRET)
    settings = load(encryption_key=SECRET, registry_auth=f"u:{SECRET}")
    assert SECRET not in repr(settings)
    assert SECRET not in settings.model_dump_json()


def _state(pid: int) -> DevState:
    return DevState(
        pid=pid,
        bootstrap_servers="127.0.0.1:9",
        registry_url="http://127.0.0.1:8",
        key_file=Path("key"),
    )


def test_where_sources_send_to() -> None:
    """As the door is known by a setting, else as a running `bus dev` says."""
    settings = load()
    assert door_of(settings) == ""
    at = "http://127.0.0.1:8480"
    note = _state(os.getpid()).model_copy(update={"intake_url": at})
    write_dev(settings.data_dir, note)
    assert door_of(settings) == at
    chosen = settings.chosen({}, intake_url="https://in.shop.example")
    assert door_of(chosen) == "https://in.shop.example"


def test_resolve_finds_a_running_dev() -> None:
    """Without brokers, the running `bus dev` gives brokers, registry and key."""
    settings = load()
    write_dev(settings.data_dir, _state(os.getpid()))
    found = resolve(settings)
    assert found.bootstrap_servers == "127.0.0.1:9"
    assert found.registry_url == "http://127.0.0.1:8"
    assert found.encryption_key_file == Path("key")
    assert ip_network("127.0.0.0/8") in found.allow_networks


def test_resolve_finds_where_partners_pull(monkeypatch: pytest.MonkeyPatch) -> None:
    """That `bus dev` knows where; what this command was told itself comes first."""
    state = _state(os.getpid()).model_copy(update={"pull_relays": ("grpc://a:1",)})
    settings = load()
    write_dev(settings.data_dir, state)
    assert resolve(settings).pull_relays == ("grpc://a:1",)
    monkeypatch.setenv("ORDERBUS_PULL_RELAYS", "grpc://b:2")
    assert resolve(load()).pull_relays == ("grpc://b:2",)
    monkeypatch.delenv("ORDERBUS_PULL_RELAYS")
    assert resolve(load(pull_port=8473)).pull_relays == ()


def test_resolve_keeps_what_is_given() -> None:
    """Brokers that are given are never mixed with the `bus dev` of this machine."""
    settings = load(bootstrap_servers="a:1")
    write_dev(settings.data_dir, _state(os.getpid()))
    assert resolve(settings) is settings


def test_resolve_says_the_three_ways() -> None:
    """A dead `bus dev` counts as none, and the error says what to do."""
    settings = load()
    write_dev(settings.data_dir, _state(-1))
    assert read_dev(settings.data_dir) is None
    with pytest.raises(ConfigurationError, match=r"(?s)bus dev.*--boot.*ORDERBUS_BOOT"):
        resolve(settings)


def test_table_lists_every_setting() -> None:
    """The documentation's table has one row a setting, each with a meaning."""
    table = settings_table()
    for name, field in Settings.model_fields.items():
        assert f"`ORDERBUS_{name.upper()}" in table
        assert field.description


def test_document_has_the_table() -> None:
    """`docs/configuration.md` has exactly the table that the settings give."""
    document = Path(__file__).parents[3] / "docs" / "configuration.md"
    assert settings_table() in document.read_text(encoding="utf-8")


def test_all_problems_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Variables, options and what contradicts: a line each, as the user knows them."""
    monkeypatch.setenv("ORDERBUS_HTTP_PROT", "1")
    monkeypatch.setenv("ORDERBUS_DRAIN_S", "-1")
    with pytest.raises(ConfigurationError) as caught:
        load(bootstrap_servers="kafka:99999", intake_limit=0)
    lines = str(caught.value).splitlines()
    starts = [line.partition(": ")[0] for line in lines]
    assert sorted(starts) == [
        "--bootstrap-servers",
        "--intake-limit",
        "ORDERBUS_DRAIN_S",
        "ORDERBUS_HTTP_PROT",
    ]
    monkeypatch.delenv("ORDERBUS_HTTP_PROT")
    monkeypatch.delenv("ORDERBUS_DRAIN_S")
    with pytest.raises(ConfigurationError) as caught:
        load(registry_key_file=Path("key.pem"), breaker_open_s=90)
    assert len(str(caught.value).splitlines()) == 2
    assert "ORDERBUS_REGISTRY_KEY_FILE" in str(caught.value)


@pytest.mark.parametrize(
    ("servers", "good"),
    [
        ("kafka:9092", True),
        ("kafka-1:9092, kafka-2:9093", True),
        ("kafka", True),
        ("[::1]:9092", True),
        ("[::1]", True),
        ("PLAINTEXT://kafka:9092", True),
        ("kafka:0", False),
        ("kafka:65536", False),
        ("kafka:9092,kafka:x", False),
    ],
)
def test_brokers_have_ports_there_are(servers: str, *, good: bool) -> None:
    """A port out of range is refused by its name, not by Kafka's client later."""
    if good:
        assert load(bootstrap_servers=servers).bootstrap_servers == servers
    else:
        with pytest.raises(ConfigurationError, match="a port of 1 to 65535"):
            load(bootstrap_servers=servers)
