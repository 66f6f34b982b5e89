"""What the OMS and internal services use: Producer and Consumer."""
