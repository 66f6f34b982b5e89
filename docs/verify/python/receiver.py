"""A tiny receiver: WEBHOOK_SECRET=whsec_… python receiver.py 8000"""

import json
import os
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from webhook import verify

SECRET = os.environ["WEBHOOK_SECRET"]
MOST_BYTES = 16 * 1024 * 1024
seen = set()  # yours is a table of the last days


class Receiver(BaseHTTPRequestHandler):
    timeout = 20  # seconds; for the slow

    def do_POST(self):
        length = int(self.headers.get("content-length", 0))
        if not 0 <= length <= MOST_BYTES:
            return self.answer(413)
        body = self.rfile.read(length)
        if not verify(SECRET, self.headers, body):
            return self.answer(401)
        is_json = self.headers.get("content-type", "").startswith("application/json")
        event = json.loads(body) if is_json else {}
        if event.get("type") == "orderbus.verification":  # do you want our events?
            return self.answer(200, event["data"]["challenge"].encode())
        message_id = self.headers["webhook-id"]
        if message_id not in seen:  # every event comes at least once
            seen.add(message_id)
            print(event.get("type"), event.get("order_id"), flush=True)  # or a queue
        return self.answer(204)

    def answer(self, status, body=b""):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
