"""Schemas that nobody registered before."""

import json
from uuid import uuid4


def record(*fields: object, name: str = "OrderCreated") -> str:
    """A record schema with an order id and these fields; unique text."""
    order_id = {"name": "order_id", "type": "string", "doc": uuid4().hex}
    return json.dumps(
        {
            "type": "record",
            "name": name,
            "namespace": "oms.test",
            "fields": [order_id, *fields],
        }
    )


def field(name: str, **more: object) -> dict[str, object]:
    """A field of type long."""
    return {"name": name, "type": "long"} | more


def more_of(text: str, *fields: object) -> str:
    """The same schema with further fields."""
    schema = json.loads(text)
    schema["fields"] += fields
    return json.dumps(schema)
