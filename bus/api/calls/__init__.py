"""Everything that can be asked for."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.calls.acks import AcksCalls
from bus.api.calls.applying import ApplyingCalls
from bus.api.calls.audit import AuditCalls
from bus.api.calls.causes import CausesCalls
from bus.api.calls.course import CourseCalls
from bus.api.calls.diagnosing import DiagnosingCalls
from bus.api.calls.documents import DocumentsCalls
from bus.api.calls.edits import EditsCalls
from bus.api.calls.event_types import EventTypesCalls
from bus.api.calls.events import EventsCalls
from bus.api.calls.forecasts import ForecastsCalls
from bus.api.calls.health import HealthCalls
from bus.api.calls.item_causes import ItemCausesCalls
from bus.api.calls.job_routes import JobRoutesCalls
from bus.api.calls.key_routes import KeyRoutesCalls
from bus.api.calls.letters import LettersCalls
from bus.api.calls.log_lists import LogListsCalls
from bus.api.calls.lookups import LookupsCalls
from bus.api.calls.migrations import MigrationsCalls
from bus.api.calls.objectives import ObjectivesCalls
from bus.api.calls.parked import ParkedCalls
from bus.api.calls.parked_groups import ParkedGroupsCalls
from bus.api.calls.portal_links import PortalLinksCalls
from bus.api.calls.quarantine import QuarantineCalls
from bus.api.calls.reach_routes import ReachRoutesCalls
from bus.api.calls.records import RecordsCalls
from bus.api.calls.rule_proposals import RuleProposalsCalls
from bus.api.calls.rules import RulesCalls
from bus.api.calls.schema_changes import SchemaChangesCalls
from bus.api.calls.schema_versions import SchemaVersionsCalls
from bus.api.calls.searching import SearchingCalls
from bus.api.calls.settings import SettingsCalls
from bus.api.calls.source_health import SourceHealthCalls
from bus.api.calls.source_requests import SourceRequestsCalls
from bus.api.calls.source_steps import SourceStepsCalls
from bus.api.calls.sources import SourcesCalls
from bus.api.calls.spans import SpansCalls
from bus.api.calls.status import StatusCalls
from bus.api.calls.subscription_steps import SubscriptionStepsCalls
from bus.api.calls.subscriptions import SubscriptionsCalls
from bus.api.calls.timelines import TimelinesCalls
from bus.api.calls.topics import TopicsCalls
from bus.api.calls.watching import WatchingCalls


class Calls(
    EventTypesCalls,
    SchemaVersionsCalls,
    SchemaChangesCalls,
    EventsCalls,
    LogListsCalls,
    SearchingCalls,
    RecordsCalls,
    TimelinesCalls,
    ReachRoutesCalls,
    SubscriptionsCalls,
    SubscriptionStepsCalls,
    HealthCalls,
    CourseCalls,
    ObjectivesCalls,
    DiagnosingCalls,
    ApplyingCalls,
    SourcesCalls,
    SourceHealthCalls,
    SourceRequestsCalls,
    SourceStepsCalls,
    AcksCalls,
    SpansCalls,
    LettersCalls,
    QuarantineCalls,
    CausesCalls,
    ItemCausesCalls,
    EditsCalls,
    ParkedGroupsCalls,
    ParkedCalls,
    KeyRoutesCalls,
    PortalLinksCalls,
    JobRoutesCalls,
    AuditCalls,
    StatusCalls,
    TopicsCalls,
    WatchingCalls,
    ForecastsCalls,
    RulesCalls,
    RuleProposalsCalls,
    LookupsCalls,
    MigrationsCalls,
    SettingsCalls,
    DocumentsCalls,
):
    """All calls of the API, by the names of its operations."""
