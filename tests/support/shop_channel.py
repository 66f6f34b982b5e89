"""The channel `shop` of the tests of convert."""

from bus.intake.channels.definition import Channel
from tests.support.channels import load

DEFINITION = """\
channel: shop
title: A shop
format: json
split: items[]
verify: {kind: none}
type: kind
events:
  order: intake.order_received
  change: intake.order_changed
  thin: thin
  whole: whole
  pay: intake.payment_reported
  ping: ignore
event_id: event
deduplicate: {window: 1h}
settings:
  base: {default: "", about: "Address of its API."}
fetch:
  after: [thin]
  url: "{setting.base}/orders/{order.id}"
  headers: {x-token: "{credential.token}"}
  as: whole
  limits: {remaining: x-left, reset: x-reset}
"""
MAPPING = """\
intake.order_received:
  order.id: id
  source_version: version
  note: note
intake.order_changed:
  like: intake.order_received
  restated: restated
thin:
  event: intake.order_received
  order.id: id
  source_version: version
  completeness: =thin
whole:
  event: intake.order_changed
  order.id: id
  source_version: version
  completeness: =full
  note: note
intake.payment_reported:
  order.id: id
  payment.state: =captured
"""
BASE = "https://api.shop.example"


def shop(definition: str = DEFINITION, mapping: str = MAPPING) -> Channel:
    """The channel `shop` of the tests."""
    loaded = load(definition, mapping)
    assert loaded.channel is not None, [str(one) for one in loaded.problems]
    return loaded.channel
