"""Clients of the library: one for each service, place and way of signing in."""

import os
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple, TypeAlias, cast

from aiobotocore.config import AioConfig
from aiobotocore.credentials import AioDeferredRefreshableCredentials
from aiobotocore.session import AioSession
from botocore.loaders import Loader

from bus.adapters.aws.calling import MOST_BYTES, Calling
from bus.adapters.aws.roles import Call, assumed
from bus.adapters.aws.services import SERVICES
from bus.delivery.clouds import AwsEndpoint
from bus.delivery.subscription import Login, Tls
from bus.sending import Asker

_MOST_CLIENTS = 2_000


class Signs(NamedTuple):
    """By which certificates, and with which keys; None: the system's, our own.

    `external` is what a role that is assumed may ask for, to be assumed for nobody
    else: whose endpoint it is.
    """

    tls: Tls | None
    login: Login | None
    external: str = ""


_Key: TypeAlias = tuple[str, str, str, str, str, Signs]


class Clients:
    """What there is of clients. `agent` is how we introduce ourselves.

    `most_bytes` is how long an answer may be.
    """

    def __init__(
        self, asker: Asker, agent: str, *, most_bytes: int = MOST_BYTES
    ) -> None:
        self._asker = asker
        self._agent = agent
        self._most_bytes = most_bytes
        self._calls: dict[_Key, Call] = {}
        self._sessions: dict[bool, AioSession] = {}
        _models()

    async def of(
        self, endpoint: AwsEndpoint, name: str, operation: str, signs: Signs
    ) -> Call:
        """An operation of a service, at the place of an endpoint.

        Without a login it signs with what the process itself has: its environment, a
        profile, the role of its machine or container.
        """
        key = (
            *(name, operation, endpoint.root, endpoint.region, endpoint.role),
            signs,
        )
        call = self._calls.get(key)
        if call is None:
            if len(self._calls) >= _MOST_CLIENTS:
                self._calls.pop(next(iter(self._calls)))
            client = await self._open(endpoint, name, signs)
            call = self._calls[key] = cast("Call", getattr(client, operation))
        return call

    async def _open(self, endpoint: AwsEndpoint, name: str, signs: Signs) -> object:
        if not endpoint.role:
            session, login = self._session(own=signs.login is None), signs.login
        else:
            session, login = self._assuming(endpoint, signs), None
        return await self._client(
            session, name, (endpoint.region, endpoint.root), Signs(signs.tls, login)
        )

    async def _client(
        self, session: AioSession, name: str, where: tuple[str, str], signs: Signs
    ) -> object:
        region, root = where
        tls, login, _ = signs
        made = session.create_client(
            name,
            region_name=region,
            endpoint_url=root,
            aws_access_key_id=None if login is None else login.username,
            aws_secret_access_key=None if login is None else login.password,
            config=AioConfig(
                user_agent=self._agent,
                retries={"total_max_attempts": 1, "mode": "standard"},  # ours count
                proxies={},
                use_fips_endpoint=False,
                use_dualstack_endpoint=False,
                disable_request_compression=True,
                inject_host_prefix=False,
            ),
        )
        # It opens no connection, so that it need not be closed.
        client = await made.__aenter__()
        calling = Calling(self._asker, tls, self._most_bytes)
        client.meta.events.register("before-send", calling)
        return client

    def _assuming(self, endpoint: AwsEndpoint, signs: Signs) -> AioSession:
        """A session that signs as a role, which it assumes anew before that ends."""

        async def assume() -> Mapping[str, str]:
            own = self._session(own=signs.login is None)
            where = endpoint.region, endpoint.sts
            client = await self._client(own, "sts", where, signs)
            return await assumed(
                cast("Call", getattr(client, "assume_role")),  # noqa: B009 - made by it
                endpoint.role,
                signs.external,
            )

        session = _session(own=False)
        session._credentials = AioDeferredRefreshableCredentials(  # noqa: SLF001 - no other way
            assume, "assume-role"
        )
        return session

    def _session(self, *, own: bool) -> AioSession:
        session = self._sessions.get(own)
        if session is None:
            session = self._sessions[own] = _session(own=own)
        return session


def _session(*, own: bool) -> AioSession:
    session = AioSession()
    session.register_component("data_loader", _models())
    if not own:  # no file of ours may change how others sign in
        store = session.get_component("config_store")
        store.set_config_variable("config_file", os.devnull)
        store.set_config_variable("credentials_file", os.devnull)
        store.set_config_variable("profile", None)
    return session


@cache
def _models() -> Loader:
    """The library's models of services: read once, and before anybody waits for it."""
    loader = Loader()
    for name in (*(service.name for service in SERVICES.values()), "sts"):
        loader.load_service_model(name, "service-2")
        loader.load_service_model(name, "endpoint-rule-set-1")
    loader.load_data("endpoints")
    loader.load_data("partitions")
    return loader
