"""Roles, the scopes that each has, and who somebody is once a key was recognised.

`GRANTS` is the one table. A scope says what may be done; the tenant of a key says with
whose things: what belongs to others is not there for it.
"""

from collections.abc import Mapping
from enum import Enum, StrEnum
from typing import NamedTuple

WHOLE_BUS = ""
"""The tenant of those who run the bus: all is theirs."""


class Role(StrEnum):
    """What somebody is to the bus."""

    OPERATOR = "operator"
    SUPPORT = "support"
    PRODUCER = "producer"
    PARTNER = "partner"
    READER = "reader"


class Scope(StrEnum):
    """One kind of thing that may be done."""

    SUBSCRIPTIONS_READ = "subscriptions:read"
    SUBSCRIPTIONS_WRITE = "subscriptions:write"
    SUBSCRIPTIONS_OPERATE = "subscriptions:operate"
    SUBSCRIPTIONS_TRUST = "subscriptions:trust"
    SOURCES_READ = "sources:read"
    SOURCES_WRITE = "sources:write"
    SOURCES_OPERATE = "sources:operate"
    EVENTS_PUBLISH = "events:publish"
    EVENTS_READ = "events:read"
    DELIVERIES_READ = "deliveries:read"
    DELIVERIES_REPLAY = "deliveries:replay"
    LETTERS_READ = "letters:read"
    LETTERS_WRITE = "letters:write"
    QUARANTINE_READ = "quarantine:read"
    QUARANTINE_WRITE = "quarantine:write"
    ACKS_WRITE = "acks:write"
    SCHEMAS_READ = "schemas:read"
    SCHEMAS_WRITE = "schemas:write"
    DIAGNOSE = "diagnose"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    AUDIT_READ = "audit:read"
    STATUS_READ = "status:read"
    ALERTS_WRITE = "alerts:write"
    RULES_READ = "rules:read"
    RULES_WRITE = "rules:write"
    SETTINGS_READ = "settings:read"
    PARKED_READ = "parked:read"
    PARKED_WRITE = "parked:write"
    MIGRATIONS_READ = "migrations:read"
    MIGRATIONS_WRITE = "migrations:write"
    MIGRATIONS_ASK = "migrations:ask"


MEANINGS: Mapping[Scope, str] = {
    Scope.SUBSCRIPTIONS_READ: "list and show subscriptions and their health",
    Scope.SUBSCRIPTIONS_WRITE: "add, change and remove them, rotate their secrets",
    Scope.SUBSCRIPTIONS_OPERATE: "pause and resume them, send a test event",
    Scope.SUBSCRIPTIONS_TRUST: "take an endpoint on without its proof of ownership",
    Scope.SOURCES_READ: "list and show sources of intake",
    Scope.SOURCES_WRITE: "add, change and remove them, rotate their secrets",
    Scope.SOURCES_OPERATE: "pause and resume them",
    Scope.EVENTS_PUBLISH: "publish events",
    Scope.EVENTS_READ: "search all events, and read their content",
    Scope.DELIVERIES_READ: "deliveries, attempts and timelines, without content",
    Scope.DELIVERIES_REPLAY: "deliver past events once more, to one subscription",
    Scope.LETTERS_READ: "list dead letters, and read their content",
    Scope.LETTERS_WRITE: "replay, edit and discard dead letters",
    Scope.QUARANTINE_READ: "list and read records that nobody could decode",
    Scope.QUARANTINE_WRITE: "edit, release and discard them",
    Scope.ACKS_WRITE: "say that an event was processed",
    Scope.SCHEMAS_READ: "event types, schemas, examples, compatibility checks",
    Scope.SCHEMAS_WRITE: "register schemas",
    Scope.DIAGNOSE: "diagnose an endpoint",
    Scope.KEYS_READ: "list keys, never a secret",
    Scope.KEYS_WRITE: "create keys that may do no more, rotate and revoke them",
    Scope.AUDIT_READ: "who changed what, when and from where",
    Scope.STATUS_READ: "processes, lag, health and alerts of the whole bus",
    Scope.ALERTS_WRITE: "silence alerts, and end that",
    Scope.RULES_READ: "rules of intake, lookup tables, what decisions teach",
    Scope.RULES_WRITE: "change rules and lookup tables, apply proposals",
    Scope.SETTINGS_READ: "the settings of the gateway that answers, never a secret",
    Scope.PARKED_READ: "list parked orders, and read their content",
    Scope.PARKED_WRITE: "edit, release, reject and assign them, fix groups",
    Scope.MIGRATIONS_READ: "list and show migrations, their gates and steps",
    Scope.MIGRATIONS_WRITE: "plan migrations, go on, take orders back",
    Scope.MIGRATIONS_ASK: "ask who sends an event while orders move",
}
"""What each scope allows, for people."""

OF_THE_WHOLE_BUS = frozenset(
    {
        Scope.SUBSCRIPTIONS_TRUST,
        Scope.EVENTS_READ,
        Scope.QUARANTINE_READ,
        Scope.QUARANTINE_WRITE,
        Scope.SCHEMAS_WRITE,
        Scope.STATUS_READ,
        Scope.ALERTS_WRITE,
        Scope.RULES_READ,
        Scope.RULES_WRITE,
        Scope.SETTINGS_READ,
        Scope.MIGRATIONS_READ,
        Scope.MIGRATIONS_WRITE,
        Scope.MIGRATIONS_ASK,
    }
)
"""Scopes over what belongs to no tenant; a key with a tenant never has one."""


class Tenancy(Enum):
    """Whether keys of a role have a tenant."""

    NEVER = "never"
    MAY = "may"
    MUST = "must"


class Grant(NamedTuple):
    """What a role may do, and whether its keys belong to a tenant."""

    scopes: frozenset[Scope]
    tenancy: Tenancy
    meaning: str


GRANTS: Mapping[Role, Grant] = {
    Role.OPERATOR: Grant(
        frozenset(Scope),
        Tenancy.NEVER,
        "runs the bus: everything",
    ),
    Role.SUPPORT: Grant(
        frozenset(
            {
                Scope.SUBSCRIPTIONS_READ,
                Scope.SUBSCRIPTIONS_OPERATE,
                Scope.SOURCES_READ,
                Scope.SOURCES_OPERATE,
                Scope.EVENTS_READ,
                Scope.DELIVERIES_READ,
                Scope.DELIVERIES_REPLAY,
                Scope.LETTERS_READ,
                Scope.LETTERS_WRITE,
                Scope.QUARANTINE_READ,
                Scope.QUARANTINE_WRITE,
                Scope.ACKS_WRITE,
                Scope.SCHEMAS_READ,
                Scope.DIAGNOSE,
                Scope.KEYS_READ,
                Scope.AUDIT_READ,
                Scope.STATUS_READ,
                Scope.ALERTS_WRITE,
                Scope.RULES_READ,
                Scope.PARKED_READ,
                Scope.PARKED_WRITE,
                Scope.MIGRATIONS_READ,
            }
        ),
        Tenancy.NEVER,
        "answers tickets: reads everything, replays, pauses; configures nothing",
    ),
    Role.PRODUCER: Grant(
        frozenset({Scope.EVENTS_PUBLISH, Scope.SCHEMAS_READ, Scope.MIGRATIONS_ASK}),
        Tenancy.MAY,
        "publishes events, and reads nothing but schemas",
    ),
    Role.PARTNER: Grant(
        frozenset(
            {
                Scope.SUBSCRIPTIONS_READ,
                Scope.SUBSCRIPTIONS_WRITE,
                Scope.SUBSCRIPTIONS_OPERATE,
                Scope.SOURCES_READ,
                Scope.SOURCES_WRITE,
                Scope.SOURCES_OPERATE,
                Scope.DELIVERIES_READ,
                Scope.DELIVERIES_REPLAY,
                Scope.LETTERS_READ,
                Scope.LETTERS_WRITE,
                Scope.ACKS_WRITE,
                Scope.SCHEMAS_READ,
                Scope.DIAGNOSE,
                Scope.KEYS_READ,
                Scope.KEYS_WRITE,
                Scope.AUDIT_READ,
                Scope.PARKED_READ,
            }
        ),
        Tenancy.MUST,
        "does everything with its own tenant's subscriptions and keys",
    ),
    Role.READER: Grant(
        frozenset(
            {
                Scope.SUBSCRIPTIONS_READ,
                Scope.SOURCES_READ,
                Scope.DELIVERIES_READ,
                Scope.SCHEMAS_READ,
                Scope.STATUS_READ,
            }
        ),
        Tenancy.MAY,
        "watches: no content of any event, no change",
    ),
}
"""Every role, what it may do, and what it is for."""


def scopes_of(role: Role, tenant: str) -> frozenset[Scope]:
    """What a key of this role and tenant may do."""
    scopes = GRANTS[role].scopes
    return scopes if tenant == WHOLE_BUS else scopes - OF_THE_WHOLE_BUS


class Principal(NamedTuple):
    """Who somebody is: the key that was recognised, and what it may do."""

    key_id: str
    role: Role
    tenant: str
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """Whether this may be done, with one's own things."""
        return scope in self.scopes

    def sees(self, owner: str) -> bool:
        """Whether what belongs to this tenant is there for it."""
        return self.tenant in {WHOLE_BUS, owner}

    def may_grant(self, role: Role, tenant: str) -> bool:
        """Whether it may make such a key: one of its own tenant that may do no more."""
        return (
            self.may(Scope.KEYS_WRITE)
            and self.sees(tenant)
            and scopes_of(role, tenant) <= self.scopes
        )


def principal(key_id: str, role: Role, tenant: str) -> Principal:
    """Return who the holder of such a key is."""
    return Principal(key_id, role, tenant, scopes_of(role, tenant))
