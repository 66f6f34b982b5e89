"""Calling partners' `orderbus.v1.EventReceiver` over gRPC: the sink of kind grpc.

One table of status codes says what each means. grpcio, an extra, is imported here and
nowhere else, and only once a subscription has such an endpoint. `generated` holds what
protoc made of `schemas/*.proto` (`make proto`).
"""

import os

# Its core writes lines of its own to stderr, of what strangers send, among our JSON.
# Whoever looks for a fault in it sets the level; it is read when grpc is imported.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")  # noqa: TID251 - a library's own
