"""Faults on a real Kafka while events flow: `python -m tests.faults --minutes 30`."""
