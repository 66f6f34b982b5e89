"""Schemas as they were before: an event type's, a little older than the shipped one."""

import json

from bus.client.schemas import load_catalogue


def older_schema(event_type: str = "order.created") -> str:
    """The shipped one without its last optional field, whose meaning was another."""
    definition = json.loads(load_catalogue().schema(event_type).text)
    optional = [field for field in definition["fields"] if "default" in field]
    definition["fields"].remove(optional[-1])
    definition["fields"][0]["doc"] = "What the order was called."
    return json.dumps(definition)


def gone_field(event_type: str = "order.created") -> str:
    """The field that the older one has not."""
    definition = json.loads(load_catalogue().schema(event_type).text)
    return str([f["name"] for f in definition["fields"] if "default" in f][-1])
