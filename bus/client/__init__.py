"""What `import bus` gives the OMS and internal services: Producer, Consumer.

It does I/O through the adapters, on its user's event loop; no program imports it but
to write events as a producer does.
"""
