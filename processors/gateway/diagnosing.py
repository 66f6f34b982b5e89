"""Why deliveries to a subscription's endpoint fail, found out by a job."""

from dataclasses import replace
from importlib.metadata import version
from itertools import count
from typing import Annotated

from pydantic import Field

from bus.access.roles import Scope
from bus.delivery.schedule import parse_duration
from processors.diagnose.bundle import bundle
from processors.diagnose.diagnosis import diagnose_subscription
from processors.diagnose.subject import of_subscription
from processors.diagnose.telling import plain_report
from processors.gateway.endpoints import DIAGNOSIS, may_ask
from processors.gateway.job_routes import JobShown, start
from processors.gateway.jobs import Progress
from processors.gateway.model import Model
from processors.gateway.problems import CONFLICT
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.subscription_models import Duration
from processors.gateway.subscriptions import ONE, TAG
from processors.gateway.tenants import subscription_of

VERSION = version("orderbus")
_STEPS = 12
"""As many as there are where all goes well."""


class DiagnosisWanted(Model):
    """How far back failures are looked for, and what is wanted of it."""

    since: Duration = "24h"
    bundle: Annotated[
        bool,
        Field(
            description="The result has as `bundle` what a support ticket needs, too: "
            "findings, configuration, timelines, versions, without a secret."
        ),
    ] = False


async def diagnose(asked: Asked) -> Reply:
    """Begin a diagnosis; its findings are the job's result."""
    found = await subscription_of(asked)
    api, wanted = asked.api, asked.body_as(DiagnosisWanted)
    may_ask(asked, found.url, DIAGNOSIS)
    since = wanted.since
    told = of_subscription(found, api.means.clock.now())
    subject = replace(told, outsider=bool(asked.by.tenant))

    async def work(progress: Progress) -> dict[str, object]:
        steps = count(1)
        report = await diagnose_subscription(
            api.means,
            subject,
            lambda _: progress(min(next(steps), _STEPS), _STEPS),
            world=api.world,
            since_s=api.world.clock.now() - parse_duration(since),
        )
        progress(_STEPS, _STEPS)  # what breaks early has fewer
        told = plain_report(report)
        if not wanted.bundle:
            return told
        ticket = await bundle(api.means, subject, report, VERSION, api.world)
        return {**told, "bundle": ticket}

    return start(asked, "diagnose", found.id, work)


ROUTES = (
    Route(
        method="POST",
        path=f"{ONE}/diagnose",
        operation="diagnoseSubscription",
        summary="Find out why deliveries to its endpoint fail.",
        description="A job of up to two minutes. It looks at DNS, TLS and HTTP, sends "
        "marked test events (about 40), and reads what befell the deliveries; its "
        "result is a list of findings, each with what to do and the evidence.",
        tag=TAG,
        scope=Scope.DIAGNOSE,
        handler=diagnose,
        body=DiagnosisWanted,
        answer=JobShown,
        status=202,
        problems=(CONFLICT,),
        tenants=True,
        idempotent=True,
        optional_body=True,
        example={"since": "24h"},
    ),
)
