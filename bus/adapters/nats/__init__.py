"""Publishing to partners' streams of NATS JetStream: the sink of kind nats.

One table says what each of its errors means. nats-py, of the extra `nats`, is imported
here and nowhere else, and only once a subscription has such an endpoint.
"""
