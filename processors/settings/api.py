"""The settings of the HTTP API."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, SecretStr, field_validator
from pydantic_settings import NoDecode

LAST_PORT = 65_535

Network = IPv4Network | IPv6Network
_Positive = Annotated[float, Field(gt=0)]
Origin = Annotated[
    str,
    Field(
        pattern=r"^(https://[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?"
        r"|http://(localhost|127\.0\.0\.1))(:[0-9]{1,5})?$"
    ),
]
"""Exactly one, in small letters; plain HTTP of this machine alone."""

Colour = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class ApiSettings(BaseModel):
    """A part of `Settings`: the API, `api_`, its dashboard, `web_`, and `portal_`."""

    api_host: str = Field(
        "127.0.0.1",
        description="Address of the HTTP API. Beyond loopback only with a certificate, "
        "or behind proxies that are named.",
    )
    api_port: Annotated[int, Field(ge=0, le=LAST_PORT)] = Field(
        8470, description="Its port. 0: a free one."
    )
    api_certificate_file: Path | None = Field(
        None, description="Certificate (PEM) that the API shows, with its chain."
    )
    api_key_file: Path | None = Field(
        None, description="Private key (PEM) of that certificate."
    )
    api_proxies: Annotated[tuple[Network, ...], NoDecode] = Field(
        (),
        description="Networks of proxies before the API, `10.1.0.0/16,…`, who "
        "are believed from where a request comes.",
    )
    api_proxy_header: Literal["x-forwarded-for", "forwarded"] = Field(
        "x-forwarded-for",
        description="The header that these proxies write: `x-forwarded-for`, or "
        "`forwarded` (RFC 7239). The other one is anybody's, and not looked at.",
    )
    api_key_rate: Annotated[int, Field(ge=0)] = Field(
        600, description="Requests a minute that one key may make. 0: any number."
    )
    api_address_rate: Annotated[int, Field(ge=0)] = Field(
        1200, description="Requests a minute from one address. 0: any number."
    )
    api_endpoint_asks: Annotated[int, Field(ge=0)] = Field(
        60,
        description="Requests that a tenant may have made to one endpoint's host in "
        "ten minutes by verifying, testing, diagnosing (20 each). 0: any number.",
    )
    api_key_streams: Annotated[int, Field(ge=0)] = Field(
        10,
        description="Live streams that one key may have open; all keys of a tenant have"
        " five times as many. 0: any number.",
    )
    api_streams: Annotated[int, Field(ge=1)] = Field(
        500, description="Live streams that a gateway may have open."
    )
    api_key_at_once: Annotated[int, Field(ge=0)] = Field(
        32,
        description="Requests of one key, or of all keys of one tenant, that may be "
        "under way at a time. 0: any number.",
    )
    api_tenant_subscriptions: Annotated[int, Field(ge=0)] = Field(
        100,
        description="Subscriptions that one tenant may have: its keys make no more. "
        "0: any number.",
    )
    api_body_bytes: Annotated[int, Field(ge=1024)] = Field(
        8 * 2**20,
        description="Bytes that the body of a request may have: with events "
        "or a whole document; others 2 MiB.",
    )
    api_body_s: _Positive = Field(15, description="How long a body may take to arrive.")
    api_connections: Annotated[int, Field(ge=0)] = Field(
        1000,
        description="Connections at a time; a quarter of them from one address, but "
        "for proxies that are named and this machine. 0: any number.",
    )
    api_idle_s: _Positive = Field(
        30, description="How long a connection may take to send a request's head."
    )
    api_send_s: _Positive = Field(
        30, description="How long a client may take nothing of its answer."
    )
    api_deadline_s: _Positive = Field(
        30, description="How long a request may take; a stop waits as long."
    )

    web_session_s: _Positive = Field(
        43_200, description="How long somebody stays signed in to the dashboard."
    )
    web_idle_s: _Positive = Field(
        3_600, description="How long, with no page asked for in the meantime."
    )
    web_trace_url: Annotated[
        str | None, Field(pattern=r"^https?://[!-~]*\{trace_id\}[!-~]*$")
    ] = Field(
        None,
        description="Where a trace is to be seen, with `{trace_id}`: pages link to it.",
    )

    web_frame_ancestors: Annotated[tuple[Origin, ...], NoDecode] = Field(
        (),
        description="Origins whose pages may show the portal in a frame, "
        "`https://shop.example,…`: to partners, never to who runs the bus.",
    )

    portal_name: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f<>]{1,40}$")] = Field(
        "Orderbus", description="What partners see the portal called."
    )
    portal_logo_file: Path | None = Field(
        None,
        description="Its logo, up to 64 KiB: PNG, JPEG, WebP, or a plain SVG.",
    )
    portal_accent: Colour | None = Field(
        None,
        description="The colour of links and buttons on its light pages, `#1453b8`; "
        "text in it has to have a contrast of 4.5.",
    )
    portal_accent_dark: Colour | None = Field(
        None, description="The same on its dark pages."
    )

    @field_validator("api_proxies", "web_frame_ancestors", mode="before")
    @classmethod
    def _split_web_and_api(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value


class ClientSettings(BaseModel):
    """A part of `Settings`: the API that commands go through instead of Kafka."""

    url: str | None = Field(
        None,
        description="A gateway, `https://host:port`: commands ask it instead of Kafka, "
        "unless brokers are named.",
    )
    api_key: SecretStr | None = Field(
        None, description="The key for it, `ob_…`, or `@FILE` that holds it."
    )
