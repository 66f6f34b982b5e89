"""Posting webhooks over HTTP/1.1: two senders of one port, and what guards them.

`AiohttpSender` and `LeanSender` fulfil `bus.ports.Sender` alike; both connect only
where `Guard` allows. What an answer means is never judged here.
"""
