"""A channel of a test's own, and what its submissions come to."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from bus.client.channels import channels_folder, read_channel
from bus.client.schemas import load_catalogue
from bus.intake.channels.definition import Channel
from bus.intake.channels.loading import Loaded, load_channel
from bus.intake.converting import Converted, convert
from bus.intake.submission import Submission

CATALOGUE = load_catalogue()
NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
DEFINITION = """\
channel: shop
title: A shop
format: json
verify: {kind: none}
type: =order
events: {order: intake.order_received}
tables:
  colours: {r: red}
"""
MAPPING = """\
intake.order_received:
  order.id: id
"""


@cache
def shipped(name: str) -> Channel:
    """A channel that comes with the bus; reading one takes a tenth of a second."""
    loaded = read_channel(channels_folder() / name, CATALOGUE)
    assert loaded.channel is not None, [str(one) for one in loaded.problems]
    return loaded.channel


def load(definition: str = DEFINITION, mapping: str = MAPPING) -> Loaded:
    """Load a channel of these texts."""
    files = {"channel.yaml": definition, "mapping.yaml": mapping}
    return load_channel("shop", files, CATALOGUE)


def channel(mapping: str = "", definition: str = DEFINITION) -> Channel:
    """A channel whose mapping has these lines besides the order's id."""
    lines = "".join(f"  {line}\n" for line in mapping.splitlines())
    loaded = load(definition, MAPPING + lines)
    assert loaded.channel is not None, [str(one) for one in loaded.problems]
    return loaded.channel


def come_to(
    which: Channel, body: bytes, headers: Mapping[str, str] | None = None
) -> tuple[Converted, ...]:
    """What a submission comes to."""
    return convert(which, Submission("mine", body, headers or {}, NOW))


def data_of(which: Channel, body: bytes) -> dict[str, object]:
    """The data of the one event that a submission comes to."""
    (one,) = come_to(which, body)
    assert one.event is not None, one.findings
    return dict(one.event.data)


def codes(which: Channel, body: bytes) -> list[tuple[str, str]]:
    """Code and path of what is found in the one part of a submission."""
    (one,) = come_to(which, body)
    return [(finding.code, finding.path) for finding in one.findings]
