"""Everything that can be asked for."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.async_calls.acks import AcksCalls
from bus.api.async_calls.applying import ApplyingCalls
from bus.api.async_calls.audit import AuditCalls
from bus.api.async_calls.causes import CausesCalls
from bus.api.async_calls.course import CourseCalls
from bus.api.async_calls.diagnosing import DiagnosingCalls
from bus.api.async_calls.documents import DocumentsCalls
from bus.api.async_calls.edits import EditsCalls
from bus.api.async_calls.event_types import EventTypesCalls
from bus.api.async_calls.events import EventsCalls
from bus.api.async_calls.forecasts import ForecastsCalls
from bus.api.async_calls.health import HealthCalls
from bus.api.async_calls.item_causes import ItemCausesCalls
from bus.api.async_calls.job_routes import JobRoutesCalls
from bus.api.async_calls.key_routes import KeyRoutesCalls
from bus.api.async_calls.letters import LettersCalls
from bus.api.async_calls.log_lists import LogListsCalls
from bus.api.async_calls.lookups import LookupsCalls
from bus.api.async_calls.migrations import MigrationsCalls
from bus.api.async_calls.objectives import ObjectivesCalls
from bus.api.async_calls.parked import ParkedCalls
from bus.api.async_calls.parked_groups import ParkedGroupsCalls
from bus.api.async_calls.portal_links import PortalLinksCalls
from bus.api.async_calls.quarantine import QuarantineCalls
from bus.api.async_calls.reach_routes import ReachRoutesCalls
from bus.api.async_calls.records import RecordsCalls
from bus.api.async_calls.rule_proposals import RuleProposalsCalls
from bus.api.async_calls.rules import RulesCalls
from bus.api.async_calls.schema_changes import SchemaChangesCalls
from bus.api.async_calls.schema_versions import SchemaVersionsCalls
from bus.api.async_calls.searching import SearchingCalls
from bus.api.async_calls.settings import SettingsCalls
from bus.api.async_calls.source_health import SourceHealthCalls
from bus.api.async_calls.source_requests import SourceRequestsCalls
from bus.api.async_calls.source_steps import SourceStepsCalls
from bus.api.async_calls.sources import SourcesCalls
from bus.api.async_calls.spans import SpansCalls
from bus.api.async_calls.status import StatusCalls
from bus.api.async_calls.subscription_steps import SubscriptionStepsCalls
from bus.api.async_calls.subscriptions import SubscriptionsCalls
from bus.api.async_calls.timelines import TimelinesCalls
from bus.api.async_calls.topics import TopicsCalls
from bus.api.async_calls.watching import WatchingCalls


class AsyncCalls(
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
