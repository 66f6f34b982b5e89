"""The door of intake: what senders post is verified, kept, and answered.

A submission is in Kafka (acks=all), or on disk where Kafka is away and its sender never
tries again, before it is answered 2xx. What it means is none of the door's business.
"""
