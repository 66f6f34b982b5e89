"""Records as clients for C and Go may write them, and the one for Python cannot."""

import ctypes
from pathlib import Path
from typing import NamedTuple

import confluent_kafka

_ERROR_BYTES = 512
# Tags of `rd_kafka_producev`, from rdkafka.h.
_END, _TOPIC, _PARTITION, _VALUE, _KEY, _FLAGS, _HEADERS = 0, 1, 3, 4, 5, 7, 10
_COPY = 2


class ForeignHeader(NamedTuple):
    """A header as Kafka holds it: any bytes; a value that is None is null."""

    name: bytes
    value: bytes | None


def write_foreign(  # noqa: PLR0913 - what a record has
    bootstrap_servers: str,
    topic: str,
    headers: list[ForeignHeader],
    value: bytes = b"v",
    key: bytes = b"k",
    partition: int = 0,
    *,
    within_s: float = 10,
) -> None:
    """Write one record through librdkafka itself; acknowledged when this returns."""
    library = _library()
    client = _producer(library, bootstrap_servers)
    made = _headers(library, headers)
    refused = library.rd_kafka_producev(
        client,
        *(ctypes.c_int(_TOPIC), topic.encode()),
        *(ctypes.c_int(_PARTITION), ctypes.c_int32(partition)),
        *(ctypes.c_int(_VALUE), value, _size(value)),
        *(ctypes.c_int(_KEY), key, _size(key)),
        *(ctypes.c_int(_FLAGS), ctypes.c_int(_COPY)),
        *(ctypes.c_int(_HEADERS), made),
        ctypes.c_int(_END),
    )
    assert refused == 0
    assert library.rd_kafka_flush(client, int(within_s * 1000)) == 0
    library.rd_kafka_destroy(client)


def _producer(library: ctypes.CDLL, bootstrap_servers: str) -> ctypes.c_void_p:
    error = ctypes.create_string_buffer(_ERROR_BYTES)
    settings = ctypes.c_void_p(library.rd_kafka_conf_new())
    library.rd_kafka_conf_set(
        settings,
        b"bootstrap.servers",
        bootstrap_servers.encode(),
        error,
        _ERROR_BYTES,
    )
    client = ctypes.c_void_p(library.rd_kafka_new(0, settings, error, _ERROR_BYTES))
    assert client.value, error.value
    return client


def _headers(library: ctypes.CDLL, headers: list[ForeignHeader]) -> ctypes.c_void_p:
    made = ctypes.c_void_p(library.rd_kafka_headers_new(_size(headers)))
    for name, content in headers:
        library.rd_kafka_header_add(
            made,
            name,
            ctypes.c_ssize_t(len(name)),
            content,
            ctypes.c_ssize_t(len(content or b"")),
        )
    return made


def _library() -> ctypes.CDLL:
    """The librdkafka that the client for Python brings along."""
    place = Path(confluent_kafka.__file__).parents[1] / "confluent_kafka.libs"
    library = ctypes.CDLL(str(next(place.glob("librdkafka*"))))
    for make in ("rd_kafka_conf_new", "rd_kafka_new", "rd_kafka_headers_new"):
        getattr(library, make).restype = ctypes.c_void_p
    return library


def _size(content: bytes | list[ForeignHeader]) -> ctypes.c_size_t:
    return ctypes.c_size_t(len(content))
