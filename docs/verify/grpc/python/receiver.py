"""A tiny receiver of gRPC: WEBHOOK_SECRET=whsec_… python receiver.py 50051"""

import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
from event_receiver_pb2 import Receipt
from event_receiver_pb2_grpc import (
    EventReceiverServicer,
    add_EventReceiverServicer_to_server,
)
from webhook import verify

SECRET = os.environ["WEBHOOK_SECRET"]
seen = set()  # yours is a table of the last days


class Receiver(EventReceiverServicer):
    def Deliver(self, event, context):
        metadata = dict(context.invocation_metadata())
        if not verify(SECRET, metadata, event.binary_data):
            context.abort(grpc.StatusCode.UNAUTHENTICATED, "not signed by our secret")
        if event.type == "orderbus.verification":  # do you want our events?
            challenge = json.loads(event.binary_data)["data"]["challenge"]
            return Receipt(outcome=Receipt.ACCEPTED, detail=challenge)
        message_id = metadata["webhook-id"]
        if message_id not in seen:  # every event comes at least once
            seen.add(message_id)
            order = event.attributes["subject"].ce_string
            print(event.type, order, flush=True)  # or a queue
        return Receipt(outcome=Receipt.ACCEPTED)


server = grpc.server(ThreadPoolExecutor(8))
add_EventReceiverServicer_to_server(Receiver(), server)
server.add_insecure_port(f"127.0.0.1:{sys.argv[1]}")
server.start()
server.wait_for_termination()
