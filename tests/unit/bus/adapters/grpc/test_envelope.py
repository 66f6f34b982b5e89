"""What of a parcel stands where in a call."""

from datetime import UTC, datetime

from bus.adapters.grpc.envelope import cloud_event, metadata
from tests.contract.sinks.parcels import parcel


def test_cloud_event() -> None:
    """The attributes of CloudEvents, and the signed body as binary data."""
    sent = parcel("grpcs://wms.example", b"{}", order="SO-7")

    made = cloud_event(sent)

    assert (made.id, made.source, made.type) == ("evt-1", "/oms/web", "order.updated")
    assert made.spec_version == "1.0"
    assert made.binary_data == sent.body
    said = {name: value.ce_string for name, value in made.attributes.items()}
    assert said.pop("time") == ""
    assert said == {
        "subject": "SO-7",
        "datacontenttype": "application/json",
        "region": "eu",
    }
    time = made.attributes["time"].ce_timestamp.ToDatetime(UTC)
    assert time == sent.event.time


def test_far_times() -> None:
    """The first and the last moment that an event can have are taken."""
    first = datetime(1, 1, 1, tzinfo=UTC)
    for moment in (first, datetime(9999, 12, 31, 23, 59, 59, 999_999, UTC)):
        sent = parcel("grpcs://wms.example")
        object.__setattr__(sent.event, "time", moment)
        made = cloud_event(sent).attributes["time"].ce_timestamp
        assert made.ToDatetime(UTC) == moment


def test_metadata() -> None:
    """All headers but the content type, in lower case."""
    sent = parcel("grpcs://wms.example", headers={"X-Token": "t0"})

    assert [name for name, _ in metadata(sent)] == [
        "x-token",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
        "traceparent",
    ]
