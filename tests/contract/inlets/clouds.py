"""Queues, topics and event buses of AWS for who listens to them, at moto's."""

import json
from typing import Any

from tests.support.aws import ACCOUNT, REGION, client


def url_at(service: str, port: int, name: str) -> str:
    """The URL of what has this name."""
    return f"{service}+http://127.0.0.1:{port}/{ACCOUNT}/{name}?region={REGION}"


async def queue_of(port: int, name: str) -> str:
    """A queue of that name; its URL."""
    async with client("sqs", port) as sqs:
        await sqs.create_queue(QueueName=name)
    return url_at("sqs", port, name)


async def topic_into(port: int, name: str) -> str:
    """A topic that writes to the queue of that name; its URL."""
    async with client("sns", port) as sns:
        topic = (await sns.create_topic(Name=f"{name}-topic"))["TopicArn"]
        await sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn("sqs", name))
    return url_at("sns", port, f"{name}-topic")


async def bus_into(port: int, name: str, target: str) -> str:
    """An event bus with a rule that writes all to a target; its URL."""
    async with client("events", port) as events:
        await events.create_event_bus(Name=f"{name}-bus")
        of = {"EventBusName": f"{name}-bus", "Rule": "all"}
        pattern = json.dumps({"account": [ACCOUNT]})
        await events.put_rule(
            Name="all", EventBusName=of["EventBusName"], EventPattern=pattern
        )
        targets: list[Any] = [{"Id": "1", "Arn": target}]
        await events.put_targets(**of, Targets=targets)
    return url_at("eventbridge", port, f"{name}-bus")


def arn(service: str, name: str) -> str:
    """AWS's own name of it."""
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"
