"""Holds webhook.py to the test vectors: python check.py ../vectors.tsv"""

import base64
import sys

from webhook import verify

NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")

with open(sys.argv[1], encoding="ascii") as file:
    rows = [line.rstrip("\n").split("\t") for line in file]
for name, expected, secret, *values, now, body in rows[1:]:
    if not secret.startswith("whsec_"):
        continue  # ed25519 is not in Python's standard library
    headers = {key: value for key, value in zip(NAMES, values) if value}
    found = verify(secret, headers, base64.b64decode(body), int(now))
    print("accept" if found else "refuse", expected, name, sep="\t")
