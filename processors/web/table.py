"""All pages, acts and files; the order is that of the navigation."""

from collections.abc import Sequence

from processors.web import catalogue, schemas
from processors.web.events import attempts, contents, finding, order, replaying
from processors.web.events import one as event
from processors.web.intake import acts as intake_acts
from processors.web.intake import fixing as intake_fix
from processors.web.intake import group as intake_group
from processors.web.intake import groups as intake
from processors.web.intake import item as intake_item
from processors.web.intake import items as intake_items
from processors.web.jobs import listing as jobs
from processors.web.jobs import one as job
from processors.web.keys import acts as key_acts
from processors.web.keys import listing as keys
from processors.web.keys import one as key
from processors.web.letters import causes as letter_causes
from processors.web.letters import editing as letter_edit
from processors.web.letters import listing as letters
from processors.web.letters import one as letter
from processors.web.letters import planning as letter_plan
from processors.web.migrations import listing as migrations
from processors.web.migrations import one as migration
from processors.web.migrations import planning
from processors.web.operations import (
    alert,
    alert_acts,
    alerts,
    audit,
    forecasts,
    objectives,
    settings,
    topics,
)
from processors.web.overview import page as overview
from processors.web.pages import Act, File, Page
from processors.web.quarantine import causes as quarantine
from processors.web.quarantine import editing as quarantine_edit
from processors.web.quarantine import listing as quarantined
from processors.web.quarantine import one as quarantined_one
from processors.web.quarantine import planning as quarantine_plan
from processors.web.rules import apply as apply_rules
from processors.web.rules import effective, lookups, proposals
from processors.web.rules import listing as rules
from processors.web.rules import row as lookup_row
from processors.web.sources import acts as source_acts
from processors.web.sources import listing as sources
from processors.web.sources import one as source
from processors.web.subscriptions import (
    acts,
    diagnosis,
    listing,
    making,
    notices,
    one,
    recover,
)

PAGES: Sequence[Page] = (
    *overview.PAGES,
    *listing.PAGES,
    *one.PAGES,
    *diagnosis.PAGES,
    *recover.PAGES,
    *notices.PAGES,
    *finding.PAGES,
    *contents.PAGES,
    *event.PAGES,
    *replaying.PAGES,
    *order.PAGES,
    *attempts.PAGES,
    *catalogue.PAGES,
    *schemas.PAGES,
    *alerts.PAGES,
    *alert.PAGES,
    *forecasts.PAGES,
    *objectives.PAGES,
    *intake.PAGES,
    *intake_group.PAGES,
    *intake_fix.PAGES,
    *intake_items.PAGES,
    *intake_item.PAGES,
    *sources.PAGES,
    *source.PAGES,
    *rules.PAGES,
    *effective.PAGES,
    *lookups.PAGES,
    *lookup_row.PAGES,
    *proposals.PAGES,
    *apply_rules.PAGES,
    *migrations.PAGES,
    *migration.PAGES,
    *letter_causes.PAGES,
    *letters.PAGES,
    *letter.PAGES,
    *letter_edit.PAGES,
    *letter_plan.PAGES,
    *quarantine.PAGES,
    *quarantined.PAGES,
    *quarantined_one.PAGES,
    *quarantine_edit.PAGES,
    *quarantine_plan.PAGES,
    *jobs.PAGES,
    *job.PAGES,
    *topics.PAGES,
    *audit.PAGES,
    *keys.PAGES,
    *key.PAGES,
    *settings.PAGES,
)

ACTS: Sequence[Act] = (
    *acts.ACTS,
    *making.ACTS,
    *replaying.ACTS,
    *alert_acts.ACTS,
    *letter_plan.ACTS,
    *letter_edit.ACTS,
    *quarantine_plan.ACTS,
    *quarantine_edit.ACTS,
    *job.ACTS,
    *diagnosis.ACTS,
    *recover.ACTS,
    *notices.ACTS,
    *key_acts.ACTS,
    *intake_acts.ACTS,
    *intake_fix.ACTS,
    *intake_item.ACTS,
    *source_acts.ACTS,
    *migration.ACTS,
    *planning.ACTS,
    *proposals.ACTS,
    *apply_rules.ACTS,
    *lookup_row.ACTS,
)

FILES: Sequence[File] = (*diagnosis.FILES,)
