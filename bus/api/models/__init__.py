"""What is sent and answered, as dictionaries with types."""

# Written from the table of routes by `make client`, not by hand.
from bus.api.models.acks import Acked, Acks
from bus.api.models.applying import Applied, Document, FieldChange, StepDone, StepShown
from bus.api.models.audit import ChangeRows, ChangeShown
from bus.api.models.causes import LetterCause, LetterCauses
from bus.api.models.course import Course, CourseStep
from bus.api.models.diagnosing import DiagnosisWanted
from bus.api.models.edits import EditedLetter, EditedPayload, Replacement
from bus.api.models.event_types import (
    Compatibility,
    EventExample,
    EventField,
    EventType,
    EventTypeExplained,
    EventTypes,
    Proposal,
)
from bus.api.models.events import (
    EventResult,
    EventResults,
    Fault,
    NewEvent,
    NewEvents,
    Publication,
)
from bus.api.models.forecasts import (
    ForecastRecord,
    ForecastRows,
    ForecastShown,
    LimitShown,
)
from bus.api.models.health import FiguresShown, HealthShown
from bus.api.models.item_causes import ItemCause, ItemCauses
from bus.api.models.job_routes import JobRows
from bus.api.models.key_routes import (
    KeyMade,
    KeyRotation,
    KeyRows,
    KeyShown,
    NewKey,
    Revocation,
)
from bus.api.models.letters import (
    AttemptShown,
    LetterPlan,
    LetterRow,
    LetterRows,
    LettersOfEvent,
    LetterWhole,
    LetterWork,
    ReplaySelection,
    Selection,
)
from bus.api.models.log_lists import (
    AttemptRows,
    DeliveryRows,
    EventRows,
    EventsNamed,
    LoggedAttempt,
    LoggedDelivery,
    LoggedEvent,
)
from bus.api.models.lookups import (
    LookupChange,
    LookupLoaded,
    LookupRows,
    LookupShown,
    LookupsShown,
)
from bus.api.models.migrations import (
    BackGiven,
    CountsShown,
    DifferingShown,
    EpochShown,
    GateShown,
    LimitsGiven,
    LimitsShown,
    MigrationPlan,
    MigrationShown,
    MigrationsShown,
    OwnerShown,
    ProofShown,
    ReportGiven,
    RungShown,
    StepGiven,
)
from bus.api.models.objectives import (
    DowntimeShown,
    ExhaustedShown,
    IncidentShown,
    ObjectiveDay,
    ObjectiveLedger,
    ObjectivePart,
    Objectives,
    ObjectiveShown,
)
from bus.api.models.parked import (
    ParkedDecision,
    ParkedEdit,
    ParkedEdited,
    ParkedFinding,
    ParkedRow,
    ParkedRows,
    ParkedWhole,
)
from bus.api.models.parked_groups import (
    Assign,
    Fix,
    FixPlan,
    FixWork,
    GroupPlan,
    GroupWork,
    ParkedGroup,
    ParkedGroups,
    ParkedTerms,
    Reject,
    Release,
    Snooze,
    Split,
    SplitGroups,
)
from bus.api.models.portal_links import NewPortalLink, PortalLink
from bus.api.models.quarantine import (
    ItemPlan,
    ItemRow,
    ItemRows,
    ItemsAt,
    ItemSelection,
    ItemWhole,
    ItemWork,
)
from bus.api.models.reach_routes import (
    AbsentShown,
    EventOfOrder,
    EventReach,
    OpenShown,
    OrderReach,
)
from bus.api.models.records import HeaderShown, RecordShown
from bus.api.models.rule_proposals import (
    Following,
    ProposalApplied,
    ProposalShown,
    ProposalsShown,
    RateShown,
)
from bus.api.models.rules import (
    EffectiveShown,
    LineShown,
    LinesShown,
    RuleChange,
    RuleFault,
    RuleLine,
    RulesApplied,
    RulesDocument,
    RuleShown,
    RuleStep,
    ScopeGiven,
)
from bus.api.models.schema_changes import (
    SchemaChangeShown,
    SchemaDifference,
    SchemaVersions,
    VersionHeld,
)
from bus.api.models.schema_versions import SchemaRegistered, SchemaVersion
from bus.api.models.searching import PayloadHit, PayloadHits
from bus.api.models.settings import SettingShown, SettingsShown
from bus.api.models.source_health import GoneField, ReasonShown, SourceHealth, SpanShown
from bus.api.models.source_requests import AnswerShown, RequestShown
from bus.api.models.source_steps import (
    SourceDocument,
    SourceRemoved,
    SourceRotation,
    SourcesApplied,
    SourceStepDone,
)
from bus.api.models.sources import (
    NewSource,
    PublicKeyShown,
    SourceAnswers,
    SourceChange,
    SourceFetch,
    SourceOAuth,
    SourceRow,
    SourceRows,
    SourceSecretShown,
    SourceShown,
    SourceTaken,
)
from bus.api.models.spans import SpanPlan, SpanSelection, SpanWork
from bus.api.models.status import StatusShown
from bus.api.models.subscription_steps import (
    JobShown,
    Pause,
    Resume,
    Rotation,
    Sent,
    TestEvent,
    TestResult,
    Verification,
    VerificationResult,
)
from bus.api.models.subscriptions import (
    Login,
    LoginShown,
    NewSubscription,
    ObjectiveOwn,
    ObjectiveWanted,
    SecretShown,
    SubscriptionChange,
    SubscriptionRow,
    SubscriptionRows,
    SubscriptionShown,
    SubscriptionTaken,
    Tls,
    TlsShown,
)
from bus.api.models.timelines import (
    Timelines,
    TimelineShown,
    TimelineStep,
    TimelineTrack,
)
from bus.api.models.topics import (
    Groups,
    GroupShown,
    PartitionShown,
    TopicRows,
    TopicShown,
    TopicWhole,
    WaitingShown,
)
from bus.api.models.watching import (
    Alerts,
    AlertShown,
    BusHealth,
    Ending,
    NewSilence,
    PartShown,
    Silences,
    SilenceShown,
    Sinks,
    SinkShown,
)

# fmt: off
__all__ = [
"AbsentShown", "Acked", "Acks", "AlertShown", "Alerts", "AnswerShown", "Applied",
"Assign", "AttemptRows", "AttemptShown", "BackGiven", "BusHealth", "ChangeRows",
"ChangeShown", "Compatibility", "CountsShown", "Course", "CourseStep", "DeliveryRows",
"DiagnosisWanted", "DifferingShown", "Document", "DowntimeShown", "EditedLetter",
"EditedPayload", "EffectiveShown", "Ending", "EpochShown", "EventExample",
"EventField", "EventOfOrder", "EventReach", "EventResult", "EventResults",
"EventRows", "EventType", "EventTypeExplained", "EventTypes", "EventsNamed",
"ExhaustedShown", "Fault", "FieldChange", "FiguresShown", "Fix", "FixPlan", "FixWork",
"Following", "ForecastRecord", "ForecastRows", "ForecastShown", "GateShown",
"GoneField", "GroupPlan", "GroupShown", "GroupWork", "Groups", "HeaderShown",
"HealthShown", "IncidentShown", "ItemCause", "ItemCauses", "ItemPlan", "ItemRow",
"ItemRows", "ItemSelection", "ItemWhole", "ItemWork", "ItemsAt", "JobRows",
"JobShown", "KeyMade", "KeyRotation", "KeyRows", "KeyShown", "LetterCause",
"LetterCauses", "LetterPlan", "LetterRow", "LetterRows", "LetterWhole", "LetterWork",
"LettersOfEvent", "LimitShown", "LimitsGiven", "LimitsShown", "LineShown",
"LinesShown", "LoggedAttempt", "LoggedDelivery", "LoggedEvent", "Login", "LoginShown",
"LookupChange", "LookupLoaded", "LookupRows", "LookupShown", "LookupsShown",
"MigrationPlan", "MigrationShown", "MigrationsShown", "NewEvent", "NewEvents",
"NewKey", "NewPortalLink", "NewSilence", "NewSource", "NewSubscription",
"ObjectiveDay", "ObjectiveLedger", "ObjectiveOwn", "ObjectivePart", "ObjectiveShown",
"ObjectiveWanted", "Objectives", "OpenShown", "OrderReach", "OwnerShown",
"ParkedDecision", "ParkedEdit", "ParkedEdited", "ParkedFinding", "ParkedGroup",
"ParkedGroups", "ParkedRow", "ParkedRows", "ParkedTerms", "ParkedWhole", "PartShown",
"PartitionShown", "Pause", "PayloadHit", "PayloadHits", "PortalLink", "ProofShown",
"Proposal", "ProposalApplied", "ProposalShown", "ProposalsShown", "PublicKeyShown",
"Publication", "RateShown", "ReasonShown", "RecordShown", "Reject", "Release",
"Replacement", "ReplaySelection", "ReportGiven", "RequestShown", "Resume",
"Revocation", "Rotation", "RuleChange", "RuleFault", "RuleLine", "RuleShown",
"RuleStep", "RulesApplied", "RulesDocument", "RungShown", "SchemaChangeShown",
"SchemaDifference", "SchemaRegistered", "SchemaVersion", "SchemaVersions",
"ScopeGiven", "SecretShown", "Selection", "Sent", "SettingShown", "SettingsShown",
"SilenceShown", "Silences", "SinkShown", "Sinks", "Snooze", "SourceAnswers",
"SourceChange", "SourceDocument", "SourceFetch", "SourceHealth", "SourceOAuth",
"SourceRemoved", "SourceRotation", "SourceRow", "SourceRows", "SourceSecretShown",
"SourceShown", "SourceStepDone", "SourceTaken", "SourcesApplied", "SpanPlan",
"SpanSelection", "SpanShown", "SpanWork", "Split", "SplitGroups", "StatusShown",
"StepDone", "StepGiven", "StepShown", "SubscriptionChange", "SubscriptionRow",
"SubscriptionRows", "SubscriptionShown", "SubscriptionTaken", "TestEvent",
"TestResult", "TimelineShown", "TimelineStep", "TimelineTrack", "Timelines", "Tls",
"TlsShown", "TopicRows", "TopicShown", "TopicWhole", "Verification",
"VerificationResult", "VersionHeld", "WaitingShown",
]
