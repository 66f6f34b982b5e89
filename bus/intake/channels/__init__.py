"""Definitions of channels: read, checked, and what is wrong with them.

A channel is a folder: `channel.yaml` says how it speaks, `mapping.yaml` what of it
becomes what of our events, `samples/` shows it. Here its texts come in as arguments;
whoever reads files is `bus.client.channels`.
"""
