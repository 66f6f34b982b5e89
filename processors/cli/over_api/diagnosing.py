"""`bus diagnose` over the HTTP API: the gateway looks at the endpoint."""

from pathlib import Path

from bus.api import AsyncApi
from bus.api.models import DiagnosisWanted
from processors.cli.control import console
from processors.cli.diagnose_work import tell
from processors.cli.over_api.given import Given
from processors.cli.over_api.working import finished


async def diagnose(api: AsyncApi, given: Given) -> int:
    """Have it diagnosed; tell, and write the bundle."""
    file = given.maybe("bundle")
    wanted: DiagnosisWanted = {"since": given.text("since"), "bundle": file is not None}
    with console(stderr=True).status("Looking at the endpoint …"):
        job = await api.diagnose_subscription(given.text("whom"), wanted)
        report = dict(await finished(api, job))
    document = report.pop("bundle", None)
    where = None if file is None else Path(file)
    return tell(report, document, where, as_json=given.as_json)
