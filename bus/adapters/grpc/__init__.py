"""Calling partners' `orderbus.v1.EventReceiver` over gRPC: the sink of kind grpc.

One table of status codes says what each means. grpcio, an extra, is imported here and
nowhere else, and only once a subscription has such an endpoint. `generated` holds what
protoc made of `schemas/*.proto` (`make proto`).
"""
