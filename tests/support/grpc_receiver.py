"""A partner's real gRPC server, which answers as a test says."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Self, TypeAlias

import grpc
import grpc.aio
from grpc_health.v1 import health_pb2

from bus.adapters.grpc.generated.cloudevents_pb2 import CloudEvent
from bus.adapters.grpc.generated.event_receiver_pb2 import Receipt

SERVICE = "orderbus.v1.EventReceiver"


@dataclass(frozen=True)
class Status:
    """A call ends with this status instead of a receipt."""

    code: grpc.StatusCode
    details: str = ""
    trailers: tuple[tuple[str, str | bytes], ...] = ()


@dataclass(frozen=True)
class Call:
    """A call as it came."""

    event: CloudEvent
    metadata: Mapping[str, str]
    peer: str


class Hang:
    """The call is taken, and nothing is said; `said` lets it begin to answer."""

    def __init__(self, *, begins: bool = False) -> None:
        self.begins = begins


Says: TypeAlias = Receipt | Status | Hang


@dataclass
class GrpcReceiver:
    """`async with` serves it; `then` and `always` say what it answers.

    `health` is what it says of itself, None: it does not have the protocol.
    """

    always: Says | Callable[[Call], Says] = field(default_factory=Receipt)
    credentials: grpc.ServerCredentials | None = None
    health: int | None = None
    port: int = 0
    most_bytes: int = 4 * 1024 * 1024
    calls: list[Call] = field(default_factory=list)
    checks: int = 0

    def __post_init__(self) -> None:
        """Nothing is queued."""
        self._next: deque[Says] = deque()
        self._asked = asyncio.Event()
        self._server: grpc.aio.Server | None = None

    def then(self, *says: Says) -> None:
        """The next calls are answered so, one each."""
        self._next.extend(says)

    async def __aenter__(self) -> Self:
        """Serve."""
        options = (
            ("grpc.so_reuseport", 0),
            ("grpc.max_receive_message_length", self.most_bytes),
        )
        server = self._server = grpc.aio.server(options=options)
        server.add_generic_rpc_handlers(self._handlers())
        where = f"127.0.0.1:{self.port}"
        if self.credentials is None:
            self.port = server.add_insecure_port(where)
        else:
            self.port = server.add_secure_port(where, self.credentials)
        await server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop at once; what is under way is ended."""
        if self._server is not None:
            await self._server.stop(None)

    async def asked(self, calls: int = 1) -> None:
        """Wait until there were so many calls."""
        while len(self.calls) < calls:
            self._asked.clear()
            await self._asked.wait()

    def methods(self) -> dict[str, grpc.RpcMethodHandler]:
        """The methods of its service."""
        deliver = grpc.unary_unary_rpc_method_handler(
            self._deliver,
            request_deserializer=CloudEvent.FromString,
            response_serializer=Receipt.SerializeToString,
        )
        return {"Deliver": deliver}

    def _handlers(self) -> list[grpc.GenericRpcHandler]:
        check = grpc.unary_unary_rpc_method_handler(
            self._check,
            request_deserializer=health_pb2.HealthCheckRequest.FromString,
            response_serializer=health_pb2.HealthCheckResponse.SerializeToString,
        )
        made = grpc.method_handlers_generic_handler
        handlers = [made(SERVICE, self.methods())]
        if self.health is not None:
            handlers.append(made("grpc.health.v1.Health", {"Check": check}))
        return handlers

    async def _check(self, request: object, context: object) -> object:
        del request, context
        self.checks += 1
        return health_pb2.HealthCheckResponse(status=self.health)

    async def _deliver(
        self, event: CloudEvent, context: grpc.aio.ServicerContext
    ) -> Receipt:
        sent = {name: str(value) for name, value in context.invocation_metadata() or ()}
        call = Call(event, sent, context.peer())
        self.calls.append(call)
        self._asked.set()
        always = self.always(call) if callable(self.always) else self.always
        match self._next.popleft() if self._next else always:
            case Receipt() as receipt:
                return receipt
            case Status(code=code, details=details, trailers=trailers):
                await context.abort(code, details, trailers)
            case Hang(begins=begins):
                if begins:
                    await context.send_initial_metadata((("x-begun", "yes"),))
                await asyncio.Event().wait()
        raise AssertionError("not reached")
