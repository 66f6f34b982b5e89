"""The schema registry that comes with the bus, kept in a topic of Kafka."""
