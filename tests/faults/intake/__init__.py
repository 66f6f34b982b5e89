"""Senders as their channels are; doors, converts and brokers that are killed."""
