"""Queues, topics and event buses of AWS: the sinks of kinds sqs, sns and eventbridge.

One table of error codes says what each means. aiobotocore, an extra, makes and signs
requests and reads answers; it is imported here and nowhere else, and only once a
subscription has such an endpoint. What it makes is sent by the bus's own client, so
that one guard, one way of TLS and one set of limits holds for all that is posted.
"""
