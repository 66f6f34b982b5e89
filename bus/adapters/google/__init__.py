"""Publishing to topics of Google Pub/Sub: the sink of kind pubsub.

By its REST API, posted by the bus's own client: so one guard, one way of names, TLS and
limits holds, and no library of Google's is needed. One table says what errors mean.
"""
