"""What a schema promises: Avro text, values, conventions and compatibility, all pure.

Nothing here knows Kafka, a registry's HTTP or a subscription.
"""
