"""The webhook side of the document: what a partner's endpoint is sent."""

import json
from collections.abc import Mapping
from typing import TypeAlias

from bus.contracts.catalogue import Catalogue
from bus.contracts.codec import Schema
from bus.webhook.example import example
from bus.webhook.shape import body_shape

Value: TypeAlias = dict[str, object]

CHANNEL = "webhooks"
SERVERS: Mapping[str, Value] = {
    "partner": {
        "host": "{endpoint}",
        "protocol": "https",
        "description": "A partner's endpoint: the URL of a subscription.",
        "variables": {
            "endpoint": {
                "default": "partner.example",
                "description": "Host, and port if there is one.",
            }
        },
    }
}
_TEXT: Value = {"type": "string"}
SCHEMAS: Mapping[str, Value] = {
    "WebhookHeaders": {
        "type": "object",
        "description": "Standard Webhooks 1.0.0.",
        "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
        "properties": {
            "webhook-id": {
                **_TEXT,
                "description": "The event's id; the same in every attempt and replay.",
            },
            "webhook-timestamp": {
                **_TEXT,
                "pattern": r"^\d+$",
                "description": "When this attempt was signed, seconds since 1970.",
            },
            "webhook-signature": {
                **_TEXT,
                "description": "Signatures of `id.timestamp.body` with spaces between "
                "them, one of each live secret: `v1,` and base64 of HMAC-SHA256, or "
                "`v1a,` and base64 of ed25519. One that verifies is enough.",
            },
            "content-type": _TEXT,
            "traceparent": {**_TEXT, "description": "W3C trace context."},
        },
    }
}
_DESCRIPTION = """\
A POST to the URL of a subscription. Answer 2xx within its timeout (5 s); 429 and 503 \
with Retry-After are respected; 408, 409, 425, 429, 5xx and no answer are tried again; \
410 disables the subscription; other 3xx and 4xx give the event up. By its `accept` a \
subscription may ask for XML (schemas/webhook.xsd) or a CloudEvent with the same \
content instead."""


def _name(event_type: str) -> str:
    return f"webhook.{event_type}"


def channels(catalogue: Catalogue) -> Value:
    """One channel: an endpoint is sent all types that its subscription names."""
    return {
        CHANNEL: {
            "address": None,
            "title": "Webhooks",
            "description": "Its address is the URL of the subscription.",
            "servers": [{"$ref": "#/servers/partner"}],
            "messages": {
                _name(event_type): {
                    "$ref": f"#/components/messages/{_name(event_type)}"
                }
                for event_type in catalogue.event_types
            },
        }
    }


def operations(catalogue: Catalogue) -> Value:
    """The one thing the bus does with an endpoint."""
    return {
        "send.webhook": {
            "action": "send",
            "channel": {"$ref": f"#/channels/{CHANNEL}"},
            "summary": "Deliver an event to a partner.",
            "description": _DESCRIPTION,
            "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
            "messages": [
                {"$ref": f"#/channels/{CHANNEL}/messages/{_name(event_type)}"}
                for event_type in catalogue.event_types
            ],
        }
    }


def messages(catalogue: Catalogue) -> Value:
    """One message an event type, with its JSON body and an example."""
    return {_name(str(schema.event_type)): _message(schema) for schema in catalogue}


def _message(schema: Schema) -> Value:
    shown = example(schema)
    return {
        "name": schema.event_type,
        "title": f"{schema.event_type} as a webhook",
        "summary": str(json.loads(schema.text).get("doc", "")),
        "tags": [{"name": schema.family}],
        "contentType": "application/json",
        "headers": {"$ref": "#/components/schemas/WebhookHeaders"},
        "payload": body_shape(schema),
        "examples": [
            {
                "name": schema.event_type,
                "headers": dict(shown.headers),
                "payload": json.loads(shown.body),
            }
        ],
    }
