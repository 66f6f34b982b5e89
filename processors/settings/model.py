"""Every setting, its default and its meaning."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from processors.settings.api import LAST_PORT, ApiSettings, ClientSettings, Network
from processors.settings.code import CodeSettings
from processors.settings.endpoints import EndpointSettings
from processors.settings.intake import IntakeSettings
from processors.settings.log import LogSettings
from processors.settings.outbox import OutboxSettings
from processors.settings.parked import ParkedSettings
from processors.settings.shipped import shipped
from processors.settings.sources import Sourced
from processors.settings.watch import WatchSettings

ENV_PREFIX = "ORDERBUS_"

Positive = Annotated[float, Field(gt=0)]
Share = Annotated[float, Field(gt=0, le=1)]
Count = Annotated[int, Field(ge=1)]


class Settings(
    ApiSettings,
    ClientSettings,
    CodeSettings,
    IntakeSettings,
    LogSettings,
    OutboxSettings,
    ParkedSettings,
    WatchSettings,
    EndpointSettings,
    Sourced,
    BaseSettings,
):
    """What an operator may choose. Times are seconds. Make it with `load`."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX,
        env_ignore_empty=True,
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
    )

    # Kafka
    bootstrap_servers: str | None = Field(
        None, description="Kafka brokers, `host:port,…`. None: the running `bus dev`."
    )
    kafka_config_file: Path | None = Field(
        None, description="File of librdkafka settings, one `name=value` a line."
    )
    kafka: dict[str, SecretStr] = Field(
        default_factory=dict, description="librdkafka settings by name."
    )
    group_prefix: str = Field(
        "bus.",
        description="Consumer groups are this + fanout, retry, ordered, projector.",
    )
    group_protocol: Literal["auto", "consumer", "classic"] = Field(
        "auto", description="`consumer` is KIP-848; `auto` takes it if the broker can."
    )
    replication_factor: Count | None = Field(
        None, description="Replicas of each topic. None: what `topics_file` says."
    )
    topics_file: Path = Field(
        default_factory=lambda: shipped("topics.yaml", "deploy/topics.yaml"),
        description="Declaration of all topics. Default: the one that is shipped.",
    )

    # Schemas
    registry_url: str | None = Field(
        None, description="Confluent-compatible schema registry. None: our own."
    )
    registry_auth: SecretStr | None = Field(
        None, description="`user:password` (basic) or `bearer TOKEN`."
    )
    registry_ca_file: Path | None = Field(
        None, description="CA bundle (PEM) that the registry's certificate is under."
    )
    registry_certificate_file: Path | None = Field(
        None, description="Client certificate (PEM) to show the registry."
    )
    registry_key_file: Path | None = Field(
        None, description="Private key (PEM) of that certificate."
    )
    schemas_dir: Path = Field(
        default_factory=lambda: shipped("schemas", "schemas"),
        description="Folder of Avro schemas. Default: the ones that are shipped.",
    )
    registry_timeout_s: Positive = Field(
        5, description="How long one request to the registry may take."
    )
    registry_patience_s: Positive = Field(
        60,
        description="How long a partition waits for a schema that the registry "
        "refuses while it gives others; then the record is quarantined.",
    )

    # Secrets at rest
    encryption_key: SecretStr | None = Field(
        None,
        description="Keys of subscription secrets, base64 of 32 bytes each, newest "
        "first, commas between them.",
    )
    encryption_key_file: Path | None = Field(
        None, description="File that holds the encryption keys, mode 0600."
    )

    # Keys of the API
    api_key_secret: SecretStr | None = Field(
        None,
        description="Keys that the digests of API keys are under, base64 of 32 bytes "
        "each, newest first. None: derived from the encryption keys.",
    )
    api_key_secret_file: Path | None = Field(
        None, description="File that holds them, mode 0600."
    )

    # Folders
    data_dir: Path = Field(
        Path("~/.local/share/orderbus"), description="Data of `bus dev`."
    )
    cache_dir: Path = Field(
        Path("~/.cache/orderbus"), description="The downloaded Kafka."
    )

    # HTTP to partners
    sender: Literal["aiohttp", "lean"] = Field(
        "lean", description="Which HTTP client posts webhooks."
    )
    allow_networks: Annotated[tuple[Network, ...], NoDecode] = Field(
        (), description="Private networks webhooks may go to, `10.1.0.0/16,…`."
    )
    https_only: bool = Field(
        default=True,
        description="Allow plain http to the networks of `allow_networks` only.",
    )
    origin: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,253}$")] = Field(
        "orderbus", description="Our DNS name, as endpoints are asked to allow it."
    )

    # Engine
    commit_interval_s: Positive = Field(
        0.1, description="How often offsets are committed."
    )
    drain_s: Positive = Field(
        5,
        description="How long a revoke or SIGTERM waits for attempts in flight; "
        "without Kafka a stop takes 7 s more.",
    )
    spill_after_s: Positive = Field(
        1, description="How long a delivery waits for its turn before it hops."
    )
    first_attempt_budget_s: Positive = Field(
        5, description="How long a first attempt may take, whatever its timeout."
    )
    intake_limit: Count = Field(
        8192, description="Unsettled deliveries a process holds before it pauses."
    )
    in_flight_limit: Count = Field(
        2000, description="Attempts a process makes at once, of all subscriptions."
    )
    expression_steps: Count = Field(
        100_000, description="Steps a second for all filters of one owner, a process."
    )
    retry_memory: Count = Field(
        500, description="Records a retry partition holds in memory until due."
    )

    # Breaker
    breaker_consecutive: Count = Field(
        5, description="Failures in a row that open a breaker."
    )
    breaker_window_s: Positive = Field(
        30, description="Length of the window that shares are taken of."
    )
    breaker_window_min: Count = Field(
        20, description="Attempts a window needs before its share counts."
    )
    breaker_window_share: Share = Field(
        0.5, description="Share of failures above which a breaker opens."
    )
    breaker_open_s: Positive = Field(
        5, description="First pause of an open breaker; doubles with each failed probe."
    )
    breaker_open_max_s: Positive = Field(60, description="Longest such pause.")
    breaker_probe_successes: Count = Field(
        3, description="Successful probes in a row that close a breaker."
    )
    breaker_fuse_min: Count = Field(
        20, description="Deliveries a window needs before the fuse counts."
    )
    breaker_fuse_share: Share = Field(
        0.5, description="Share of dead letters above which the fuse opens the breaker."
    )

    # Telemetry
    http_host: str = Field(
        "127.0.0.1", description="Address of `/metrics`, `/healthz` and `/readyz`."
    )
    http_host_names: str | None = Field(None, description="Their own names, `a,b`.")
    http_port: Annotated[int, Field(ge=0, le=LAST_PORT)] = Field(
        9464,
        description="Their port; the i-th of `--processes` takes port + i. 0: off.",
    )
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="`auto` is console on a terminal, else json."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Lowest level that is written."
    )
    otlp_endpoint: str | None = Field(
        None,
        description="OTLP/HTTP collector for traces, `http://host:4318`. "
        "Standard `OTEL_EXPORTER_OTLP_*` variables work too.",
    )
    trace_ratio: Annotated[float, Field(ge=0, le=1)] = Field(
        0.05, description="Share of traces begun here that are recorded."
    )

    @field_validator("allow_networks", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part.strip() for part in value.split(",") if part.strip())

    @field_validator("bootstrap_servers", mode="after")
    @classmethod
    def _servers(cls, value: str | None) -> str | None:
        for server in (value or "").split(","):
            _, colon, port = server.strip().rpartition(":")
            if not colon or server.strip().endswith("]"):
                continue  # Kafka's own port
            if not port.isdecimal() or not 0 < int(port) <= LAST_PORT:
                expected = f"expected host:port with a port of 1 to {LAST_PORT}"
                raise ValueError(f"{expected}, not {server.strip()}")
        return value

    @field_validator("data_dir", "cache_dir", mode="after")
    @classmethod
    def _home(cls, value: Path) -> Path:
        return value.expanduser()

    @field_validator("registry_auth", mode="after")
    @classmethod
    def _auth(cls, value: SecretStr | None) -> SecretStr | None:
        text = value.get_secret_value() if value else ":"
        if ":" not in text and not text.lower().startswith("bearer "):
            raise ValueError("expected `user:password` or `bearer TOKEN`")
        return value

    @field_validator("registry_url", "otlp_endpoint", mode="after")
    @classmethod
    def _url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not value.startswith(("http://", "https://")):
            raise ValueError("expected an absolute http or https URL")
        if "@" in value:
            raise ValueError("credentials do not belong in a URL")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _together(self) -> Self:
        problems = list(self._contradictions())
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _contradictions(self) -> Iterator[str]:
        name = ENV_PREFIX
        if self.encryption_key and self.encryption_key_file:
            yield f"give {name}ENCRYPTION_KEY or {name}ENCRYPTION_KEY_FILE, not both"
        if self.api_key_secret and self.api_key_secret_file:
            yield f"give {name}API_KEY_SECRET or {name}API_KEY_SECRET_FILE, not both"
        if (self.registry_certificate_file is None) != (self.registry_key_file is None):
            yield (
                f"{name}REGISTRY_CERTIFICATE_FILE and {name}REGISTRY_KEY_FILE belong"
                " together"
            )
        if (self.api_certificate_file is None) != (self.api_key_file is None):
            yield f"{name}API_CERTIFICATE_FILE and {name}API_KEY_FILE belong together"
        if (self.watch_mail_url is None) != (self.watch_mail_from is None):
            yield f"{name}WATCH_MAIL_URL and {name}WATCH_MAIL_FROM belong together"
        if self.breaker_open_max_s < self.breaker_open_s:
            yield (f"{name}BREAKER_OPEN_MAX_S must not be below {name}BREAKER_OPEN_S")

    def librdkafka(self) -> dict[str, str]:
        """The librdkafka settings in plain text, secrets included: never log them."""
        plain = {name: value.get_secret_value() for name, value in self.kafka.items()}
        servers = self.bootstrap_servers
        return plain if servers is None else plain | {"bootstrap.servers": servers}
