"""A parcel as gRPC carries it: a CloudEvent, and metadata beside it.

The CloudEvent's data is the body that a webhook would have, byte for byte; what a
webhook has in its headers is in the metadata, under the same names.
"""

from collections.abc import Sequence

from google.protobuf.timestamp_pb2 import Timestamp

from bus.adapters.grpc.generated.cloudevents_pb2 import CloudEvent
from bus.event import Event
from bus.sending import Parcel

CONTENT_TYPE = "content-type"
_SPEC_VERSION = "1.0"


def cloud_event(parcel: Parcel) -> CloudEvent:
    """The message of an attempt."""
    event = parcel.event
    made = CloudEvent(
        id=_text(event.id),
        source=_text(event.source),
        spec_version=_SPEC_VERSION,
        type=_text(event.type),
        binary_data=parcel.body,
    )
    for name, value in _attributes(parcel):
        made.attributes[name].ce_string = _text(value)
    made.attributes["time"].ce_timestamp.CopyFrom(_time(event))
    return made


def metadata(parcel: Parcel) -> Sequence[tuple[str, str]]:
    """Headers as metadata, whose names are in lower case.

    The content type says what the data is, which is an attribute of the event.
    """
    return [
        (name, value)
        for name, value in ((name.lower(), value) for name, value in parcel.headers)
        if name != CONTENT_TYPE
    ]


def _attributes(parcel: Parcel) -> Sequence[tuple[str, str]]:
    data_type = next(v for name, v in parcel.headers if name.lower() == CONTENT_TYPE)
    return (
        *parcel.event.extensions,
        ("subject", parcel.event.subject),
        ("datacontenttype", data_type),
    )


def _time(event: Event) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(event.time)
    return made


def _text(value: str) -> str:
    """A text that Protobuf takes: one that is no Unicode would end the call."""
    return value.encode("utf-8", "replace").decode()
