"""Publishing to partners' AMQP 0-9-1 brokers (RabbitMQ): the sink of kind amqp.

One table of reply codes says what each means. aiormq, of the extra `amqp`, is imported
here and nowhere else, and only once a subscription has such an endpoint.
"""
