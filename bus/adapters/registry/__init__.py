"""The adapter to schema registries that speak Confluent's REST interface."""
