"""What a stored submission is owed: right for each part, and always the same bytes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bus.client.channels import channels_folder, read_samples
from bus.intake.acknowledging.owed import acknowledgement
from bus.intake.raw import Raw
from bus.intake.submission import Submission
from tests.support.sources import CHANNELS

AT = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


def raw(channel: str, body: bytes) -> Raw:
    """A stored submission."""
    settings = {"currency": "USD"} if channel == "x12" else {}
    made = Submission("edi", body, {}, AT, via="file", settings=settings)
    return Raw(
        id="0198b3a2-7c11-7d20-9f3e-2b7d1a2c4e55", submission=made, channel=channel
    )


def made(channel: str, body: bytes) -> bytes | None:
    """Its acknowledgement."""
    found = CHANNELS.get(channel)
    assert found is not None
    return acknowledgement(found, raw(channel, body))


def sample(channel: str, name: str) -> bytes:
    """The body of a sample."""
    samples = read_samples(channels_folder() / channel)
    return next(one.body for one in samples if one.name == name)


def test_a_997_that_accepts() -> None:
    """What could be read is accepted; made again it is the same."""
    body = sample("x12", "01-plain")
    content = made("x12", body)
    assert content is not None
    assert b"AK2*850*0001~" in content
    assert b"AK5*A~" in content
    assert content == made("x12", body)


def test_a_997_that_refuses() -> None:
    """A set of a kind that nobody knows is named with its code."""
    body = sample("x12", "01-plain").replace(b"ST*850*", b"ST*875*")
    content = made("x12", body)
    assert content is not None
    assert b"AK2*875*0001~" in content
    assert b"AK5*R*1~" in content
    assert b"AK9*R*1*1*0~" in content


def test_another_submission_has_another_number() -> None:
    """Though its bytes are the same."""
    channel = CHANNELS.get("x12")
    assert channel is not None
    one = raw("x12", sample("x12", "01-plain"))
    other = replace(one, id="another")
    assert acknowledgement(channel, one) != acknowledgement(channel, other)


@pytest.mark.parametrize(
    ("channel", "body"),
    [("x12", b"this is none"), ("generic-json", b'{"id": 7}')],
)
def test_nothing_is_owed(channel: str, body: bytes) -> None:
    """To nobody, and by channels that acknowledge otherwise."""
    assert made(channel, body) is None


def test_a_contrl() -> None:
    """For EDIFACT."""
    samples = read_samples(channels_folder() / "edifact")
    content = made("edifact", samples[0].body)
    assert content is not None
    assert b"CONTRL:D:3:UN" in content
