"""The settings of intake: of its door, and of convert."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from processors.settings.api import LAST_PORT

_Positive = Annotated[float, Field(gt=0)]


class IntakeSettings(BaseModel):
    """A part of `Settings`: the door that senders post to, names with `intake_`."""

    intake: bool = Field(
        default=False,
        description="Whether `bus run` runs the intake beside the deliveries, as "
        "`bus dev` always does.",
    )
    intake_host: str = Field(
        "127.0.0.1",
        description="Address of the door. TLS is done by a proxy in front of it.",
    )
    intake_port: Annotated[int, Field(ge=0, le=LAST_PORT)] = Field(
        8480, description="Its port. 0: a free one."
    )
    intake_url: Annotated[str, Field(pattern=r"^$|^https?://[!-~]+[^/]$")] = Field(
        "",
        description="The door's address as senders know it, `https://in.shop.example`, "
        "for signatures over it. Empty: as each request says.",
    )
    intake_connections: Annotated[int, Field(ge=0)] = Field(
        2000,
        description="Connections at a time; a quarter of them from one address, but "
        "for proxies that are named (`api_proxies`) and this machine. 0: any number.",
    )
    intake_body_s: _Positive = Field(
        10, description="How long a body may take to arrive."
    )
    intake_idle_s: _Positive = Field(
        15, description="How long a connection may take to send a request's head."
    )
    intake_patience_s: _Positive = Field(
        3, description="How long Kafka may take to acknowledge a submission."
    )
    intake_wait_s: _Positive = Field(
        8,
        description="How long a sender that never tries again waits for its turn, "
        "where its source is at its limit.",
    )
    intake_memory_bytes: Annotated[int, Field(ge=2**20)] = Field(
        256 * 2**20,
        description="Bytes of bodies under way, of all sources; of one a quarter.",
    )
    intake_spool_bytes: Annotated[int, Field(ge=0)] = Field(
        2**30,
        description="Bytes that are kept on disk (`data_dir`/spool) while Kafka takes "
        "none, of senders that never try again. 0: none.",
    )
    intake_folder: Path | None = Field(
        None,
        description="Folder whose subfolders are watched, each called as a source: "
        "what is put there is taken in as its files. None: none is watched.",
    )
    intake_folder_look_s: _Positive = Field(
        2, description="How often it is looked into."
    )
    intake_folder_settle_s: Annotated[float, Field(ge=0)] = Field(
        5, description="A file is whole once it has not changed for so long."
    )
    intake_convert_rate: _Positive | None = Field(
        None,
        description="What a process of convert tells or parks in a second at most, so "
        "that a backlog leaves brokers and the OMS their time. None: any number.",
    )
    intake_remembered: Annotated[int, Field(ge=1, le=50_000_000)] = Field(
        500_000,
        description="Messages, and orders, that convert remembers to know repeats by; "
        "a million messages take 180 MB.",
    )
    intake_webhooks_a_day: Annotated[int, Field(ge=0, le=100)] = Field(
        3,
        description="How many webhooks of a source are made again in a day at most, "
        "where its sender lost them. 0: none, it is only said.",
    )
