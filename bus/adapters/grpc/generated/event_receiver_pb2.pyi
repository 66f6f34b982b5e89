import datetime

from bus.adapters.grpc.generated import cloudevents_pb2 as _cloudevents_pb2
from google.protobuf import duration_pb2 as _duration_pb2
from google.protobuf.internal import enum_type_wrapper as _enum_type_wrapper
from google.protobuf import descriptor as _descriptor
from google.protobuf import message as _message
from collections.abc import Mapping as _Mapping
from typing import ClassVar as _ClassVar, Optional as _Optional, Union as _Union

DESCRIPTOR: _descriptor.FileDescriptor

class Receipt(_message.Message):
    __slots__ = ("outcome", "retry_after", "detail")
    class Outcome(int, metaclass=_enum_type_wrapper.EnumTypeWrapper):
        __slots__ = ()
        OUTCOME_UNSPECIFIED: _ClassVar[Receipt.Outcome]
        ACCEPTED: _ClassVar[Receipt.Outcome]
        REFUSED: _ClassVar[Receipt.Outcome]
        THROTTLED: _ClassVar[Receipt.Outcome]
        FAILED: _ClassVar[Receipt.Outcome]
    OUTCOME_UNSPECIFIED: Receipt.Outcome
    ACCEPTED: Receipt.Outcome
    REFUSED: Receipt.Outcome
    THROTTLED: Receipt.Outcome
    FAILED: Receipt.Outcome
    OUTCOME_FIELD_NUMBER: _ClassVar[int]
    RETRY_AFTER_FIELD_NUMBER: _ClassVar[int]
    DETAIL_FIELD_NUMBER: _ClassVar[int]
    outcome: Receipt.Outcome
    retry_after: _duration_pb2.Duration
    detail: str
    def __init__(self, outcome: _Optional[_Union[Receipt.Outcome, str]] = ..., retry_after: _Optional[_Union[datetime.timedelta, _duration_pb2.Duration, _Mapping]] = ..., detail: _Optional[str] = ...) -> None: ...
