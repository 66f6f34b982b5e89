"""Reads settings from arguments and the environment, and says what is wrong."""
# ruff: noqa: TID251 - the one module that reads the environment

import difflib
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import SecretStr, ValidationError

from bus.errors import ConfigurationError
from bus.expected import expected
from processors.settings.model import ENV_PREFIX, Settings
from processors.settings.sources import Origin, Source

_KAFKA = f"{ENV_PREFIX}KAFKA_"
_OTLP = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_JAVA_ONLY = {
    "sasl.jaas.config": "sasl.username and sasl.password",
    "ssl.truststore.location": "ssl.ca.location (PEM)",
    "ssl.truststore.password": "ssl.ca.location (PEM)",
    "ssl.keystore.location": "ssl.certificate.location and ssl.key.location (PEM)",
    "ssl.keystore.password": "ssl.key.password",
}


def load(**arguments: object) -> Settings:
    """Settings from arguments (None: not given), the environment, and defaults.

    Arguments beat `ORDERBUS_…`, which beats `kafka_config_file`.

    Raises:
        ConfigurationError: names each wrong variable or argument and what was
            expected, a line each; never repeats the value of a secret.
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    problems = list(_unknown(os.environ))
    kafka = _kafka_from(os.environ)
    try:
        settings = Settings(**given, kafka=kafka)  # type: ignore[arg-type]  # checked
    except ValidationError as error:
        problems += _explained(error, given)
        raise ConfigurationError("\n".join(problems)) from None
    if problems:
        raise ConfigurationError("\n".join(problems))
    known = dict(_sources(given, os.environ))
    return _with_file(_with_otlp(settings.chosen(known), os.environ))


def _sources(
    given: Mapping[str, object], environ: Mapping[str, str]
) -> Iterator[tuple[str, Source]]:
    """What said each setting; what is said several times, by whom counts."""
    for variable, value in environ.items():
        name = variable.upper().removeprefix(ENV_PREFIX).lower()
        if not variable.upper().startswith(ENV_PREFIX) or not value:
            continue
        if name not in Settings.model_fields:
            name = f"kafka.{name.removeprefix('kafka_').replace('_', '.')}"
        yield name, Source(Origin.ENVIRONMENT, variable)
    for name in given:
        yield name, Source(Origin.OPTION, f"--{name.replace('_', '-')}")


def _unknown(environ: Mapping[str, str]) -> Iterator[str]:
    known = {f"{ENV_PREFIX}{name.upper()}" for name in Settings.model_fields}
    known.discard(f"{ENV_PREFIX}KAFKA")
    for variable in sorted(environ):
        name = variable.upper()
        if not name.startswith(ENV_PREFIX) or name in known or name.startswith(_KAFKA):
            continue
        near = difflib.get_close_matches(name, known, n=1)
        hint = (
            f"did you mean {near[0]}?" if near else "docs/configuration.md lists them"
        )
        yield f"{variable}: there is no such setting; {hint}"


def _kafka_from(environ: Mapping[str, str]) -> dict[str, SecretStr]:
    own = f"{ENV_PREFIX}KAFKA_CONFIG_FILE"
    return {
        name[len(_KAFKA) :].lower().replace("_", "."): SecretStr(value)
        for name, value in environ.items()
        if name.startswith(_KAFKA) and name != own
    }


def _with_otlp(settings: Settings, environ: Mapping[str, str]) -> Settings:
    """OpenTelemetry's own variables say where traces go, unless ours does."""
    if settings.otlp_endpoint is not None:
        return settings
    for variable in _OTLP:
        endpoint = environ.get(variable, "").removesuffix("/v1/traces")
        if endpoint:
            source = Source(Origin.ENVIRONMENT, variable)
            said = {"otlp_endpoint": source}
            return settings.chosen(said, otlp_endpoint=endpoint.rstrip("/"))
    return settings


def _with_file(settings: Settings) -> Settings:
    kafka, sources = dict(settings.kafka), {}
    if settings.kafka_config_file is not None:
        file = settings.kafka_config_file
        read = _read_properties(file)
        source = Source(Origin.FILE, str(file))
        sources = {f"kafka.{name}": source for name in read.keys() - kafka.keys()}
        kafka = read | kafka
    for name in kafka:
        if name in _JAVA_ONLY:
            raise ConfigurationError(
                f"{name}: a setting of Java clients; use {_JAVA_ONLY[name]}"
            )
    named = kafka.pop("bootstrap.servers", None)
    servers = settings.bootstrap_servers
    if servers is None and named is not None:
        servers = named.get_secret_value()
        said = {**settings.sources, **sources}
        sources["bootstrap_servers"] = said["kafka.bootstrap.servers"]
    return settings.chosen(sources, kafka=kafka, bootstrap_servers=servers)


def _read_properties(path: Path) -> dict[str, SecretStr]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text file"
        raise ConfigurationError(
            f"{_KAFKA}CONFIG_FILE: cannot read {path}: {why}"
        ) from None
    return dict(_properties(path, text))


def _properties(path: Path, text: str) -> Iterator[tuple[str, SecretStr]]:
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith(("#", "!")):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip():
            raise ConfigurationError(
                f"{_KAFKA}CONFIG_FILE: {path} line {number}: expected name=value"
            )
        yield name.strip(), SecretStr(value.strip())


def _explained(error: ValidationError, given: Mapping[str, object]) -> Iterator[str]:
    for problem in error.errors(include_url=False, include_input=False):
        why = expected(problem["type"], problem.get("ctx", {}), problem["msg"])
        if not problem["loc"]:
            yield why
            continue
        name = str(problem["loc"][0])
        if problem["type"] == "extra_forbidden":
            yield f"{name}: there is no such setting"
            continue
        option, variable = f"--{name.replace('_', '-')}", f"{ENV_PREFIX}{name.upper()}"
        where = option if name in given else variable
        yield f"{where}: {why[:1].lower()}{why[1:]}"
