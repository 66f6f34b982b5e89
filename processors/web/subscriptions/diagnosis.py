"""Why deliveries to an endpoint fail: found out by a job, shown as findings.

The same job makes the document that a ticket needs; nothing in it is secret.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

import orjson
from pydantic import Field

from bus.access.roles import Scope
from processors.gateway.diagnosing import DiagnosisWanted, diagnose
from processors.gateway.job_routes import JobShown, get_job
from processors.gateway.model import Model
from processors.gateway.problems import NOT_FOUND, ProblemError
from processors.gateway.routes import Asked, Reply
from processors.gateway.tenants import subscription_of
from processors.web.asking import asking, content_of
from processors.web.pages import Act, Done, File, Page
from processors.web.rendering import href

_PATH = "/subscriptions/{subscription}/diagnosis"
_KINDS = {"error": "bad", "problem": "bad", "warning": "warn", "ok": "good"}


class DiagnosisQuery(Model):
    """Which diagnosis is shown; empty: none yet."""

    job: Annotated[str, Field(pattern=r"^([0-9a-f]{24})?$")] = ""


class DiagnosisForm(Model):
    """Whether a document for a ticket is made as well."""

    bundle: Literal["", "yes"] = ""


@dataclass(frozen=True, slots=True)
class Found:
    """One finding. `kind` is the colour and shape of its severity."""

    severity: str
    kind: str
    says: str
    do: str
    code: str
    evidence: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class DiagnosisView:
    """What the template reads; without a job there is only the form."""

    id: str
    job: JobShown | None
    findings: Sequence[Found]
    ticket: str
    bundle: str


async def view(asked: Asked) -> DiagnosisView:
    """The diagnosis that is asked for, as far as it is."""
    found = await subscription_of(asked)
    wanted = asked.query_as(DiagnosisQuery).job
    if not wanted:
        return DiagnosisView(found.id, None, (), "", "")
    question = replace(asking(asked), path={"job": wanted})
    job = content_of(await get_job(question), JobShown)
    if (job.kind, job.subject) != ("diagnose", found.id):
        raise ProblemError(NOT_FOUND)
    findings = _findings(job.result.get("findings"))
    bundle = job.result.get("bundle")
    return DiagnosisView(
        id=found.id,
        job=job,
        findings=findings,
        ticket=_ticket(found.id, job, findings) if bundle else "",
        bundle=_laid_out(bundle) if bundle else "",
    )


async def give(asked: Asked) -> Reply:
    """The document for a ticket.

    Raises:
        ProblemError: there is none of this job.
    """
    made = await view(asked)
    if not made.bundle:
        raise ProblemError(NOT_FOUND)
    name = f"{made.id}-{asked.query_as(DiagnosisQuery).job[:8]}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Reply(content=made.bundle.encode(), headers=headers)


async def begin(asked: Asked) -> Done:
    """Begin one, and go to its page."""
    wanted = DiagnosisWanted(bundle=asked.body_as(DiagnosisForm).bundle == "yes")
    job = content_of(await diagnose(asking(asked, body=wanted)), JobShown)
    to = href("subscriptions", asked.path["subscription"], "diagnosis", job=job.id)
    return Done("The diagnosis has begun; it takes up to two minutes.", to)


def _findings(told: object) -> Sequence[Found]:
    rows = told if isinstance(told, list) else []
    return [_found(row) for row in rows if isinstance(row, Mapping)]


def _found(row: Mapping[str, object]) -> Found:
    severity, evidence = str(row.get("severity", "")), row.get("evidence")
    named = evidence.items() if isinstance(evidence, Mapping) else ()
    return Found(
        severity=severity,
        kind=_KINDS.get(severity, "none"),
        says=str(row.get("says", "")),
        do=str(row.get("do", "")),
        code=str(row.get("code", "")),
        evidence=[(str(name), str(value)) for name, value in named],
    )


def _ticket(name: str, job: JobShown, findings: Sequence[Found]) -> str:
    """What to write to who runs the bus."""
    wrong = [one for one in findings if one.kind in {"bad", "warn"}]
    lines = [f"- {one.severity} {one.code}: {one.says}" for one in wrong]
    return "\n".join(
        [
            f"Deliveries to subscription {name} have a problem.",
            f"Diagnosed {job.began_at}, job {job.id}. What it found:",
            *(lines or ["- nothing that is wrong"]),
            "What I expected, and what I saw instead:",
            "",
            "The support bundle is attached.",
        ]
    )


def _laid_out(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode()


PAGES = (
    Page(
        path=_PATH,
        name="diagnosis",
        scope=Scope.DIAGNOSE,
        view=view,
        template="subscription_diagnosis.html.j2",
        query=DiagnosisQuery,
        tenants=True,
        example={"subscription": "acme-shop"},
    ),
)

FILES = (
    File(
        path=f"{_PATH}/bundle",
        name="bundle",
        scope=Scope.DIAGNOSE,
        give=give,
        query=DiagnosisQuery,
    ),
)

ACTS = (
    Act(
        path=_PATH,
        name="beginDiagnosis",
        scope=Scope.DIAGNOSE,
        do=begin,
        form=DiagnosisForm,
        back=_PATH,
        tenants=True,
    ),
)
