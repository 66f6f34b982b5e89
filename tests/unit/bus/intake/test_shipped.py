"""The channels that come with the bus do what their samples say."""

import json

import pytest

from bus.client.channels import (
    channel_names,
    channels_folder,
    read_samples,
)
from bus.intake.converting import convert
from bus.intake.coverage import coverage
from bus.intake.findings import CODES
from bus.intake.samples import Sample, differences, outcome, submission_of
from tests.support.channels import shipped

FOLDER = channels_folder()
NAMES = channel_names(FOLDER)
FEWEST = 8


ALL = [
    pytest.param(name, sample, id=f"{name}/{sample.name}")
    for name in NAMES
    for sample in read_samples(FOLDER / name)
]
CHANNELS = {name: shipped(name) for name in NAMES}


def test_the_first_channels_are_there() -> None:
    """One of each mechanism: JSON, XML, EDI, tables; each way of signing."""
    wanted = {"shopify", "woocommerce", "adyen", "stripe", "square", "x12", "edifact"}
    assert wanted | {"ubl", "cxml", "csv", "generic-json"} <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_channel_has_samples_of_odd_cases(name: str) -> None:
    """At least eight, 500 lines or a batch, and one that is not taken among them."""
    samples = read_samples(FOLDER / name)
    assert len(samples) >= FEWEST
    said = [json.loads(str(sample.expected)) for sample in samples]
    assert any(one["verified"] in {"verified", "not_checked"} for one in said)
    parts = [part for one in said for part in one["parts"]]
    assert any("event" not in part for part in parts) or any(
        one["verified"] == "mismatch" for one in said
    )


@pytest.mark.parametrize(("name", "sample"), ALL)
def test_a_sample_comes_to_what_is_expected(name: str, sample: Sample) -> None:
    """Verdict, events, ids, findings: all of it."""
    came = outcome(CHANNELS[name], sample)
    assert sample.expected is not None
    assert differences(sample.expected, came) == []


@pytest.mark.parametrize(("name", "sample"), ALL)
def test_the_same_bytes_give_the_same_events(name: str, sample: Sample) -> None:
    """Ids are computed, so that a repeat is known; those of one batch all differ."""
    submission = submission_of(CHANNELS[name], sample)
    first, again = (convert(CHANNELS[name], submission) for _ in range(2))
    assert first == again
    ids = [one.event.id for one in first if one.event is not None]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("name", "sample"), ALL)
def test_nothing_is_lost_without_a_word(name: str, sample: Sample) -> None:
    """A part is an event, or there is a finding with a code that says why not."""
    for one in convert(CHANNELS[name], submission_of(CHANNELS[name], sample)):
        assert one.event is not None or one.findings
        assert {finding.code for finding in one.findings} <= CODES.keys()


@pytest.mark.parametrize("name", NAMES)
def test_most_of_what_is_sent_is_read(name: str) -> None:
    """Coverage finds what nobody reads, and that is little."""
    found = coverage(CHANNELS[name], read_samples(FOLDER / name))
    assert found.read / found.fields > 0.6, found.unread


@pytest.mark.parametrize("name", NAMES)
def test_a_channel_says_what_is_signed(name: str) -> None:
    """Its verifier describes itself, for lists and sheets."""
    assert CHANNELS[name].verifier.describes
    assert CHANNELS[name].about
