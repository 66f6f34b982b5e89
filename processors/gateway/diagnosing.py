"""Why deliveries to a subscription's endpoint fail, found out by a job."""

from dataclasses import replace
from itertools import count

from bus.access.roles import Scope
from bus.delivery.schedule import parse_duration
from processors.diagnose.diagnosis import diagnose_subscription
from processors.diagnose.subject import of_subscription
from processors.diagnose.telling import plain_report
from processors.gateway.job_routes import JobShown, start
from processors.gateway.jobs import Progress
from processors.gateway.model import Model
from processors.gateway.problems import CONFLICT
from processors.gateway.routes import Asked, Reply, Route
from processors.gateway.subscription_models import Duration
from processors.gateway.subscriptions import ONE, TAG
from processors.gateway.tenants import subscription_of

_STEPS = 12
"""As many as there are where all goes well."""


class DiagnosisWanted(Model):
    """How far back failures are looked for."""

    since: Duration = "24h"


async def diagnose(asked: Asked) -> Reply:
    """Begin a diagnosis; its findings are the job's result."""
    found = await subscription_of(asked)
    api, since = asked.api, asked.body_as(DiagnosisWanted).since
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
        return plain_report(report)

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
