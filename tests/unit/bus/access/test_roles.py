"""Roles, scopes and tenants."""

from bus.access.roles import (
    GRANTS,
    MEANINGS,
    OF_THE_WHOLE_BUS,
    Role,
    Scope,
    Tenancy,
    principal,
)

OPERATOR = principal("a", Role.OPERATOR, "")
PARTNER = principal("b", Role.PARTNER, "acme")


def test_every_role_and_scope_has_its_line() -> None:
    """The table is whole: what is not granted and explained there does not exist."""
    assert set(GRANTS) == set(Role)
    assert set(MEANINGS) == set(Scope)
    assert GRANTS[Role.OPERATOR].scopes == set(Scope)


def test_nobody_but_an_operator_configures_the_whole_bus() -> None:
    """Of the others none writes subscriptions, keys or schemas of everybody."""
    writes = {
        Scope.SUBSCRIPTIONS_WRITE,
        Scope.SUBSCRIPTIONS_TRUST,
        Scope.KEYS_WRITE,
        Scope.SCHEMAS_WRITE,
    }
    for role in set(Role) - {Role.OPERATOR}:
        may = GRANTS[role].scopes & writes
        assert not may or GRANTS[role].tenancy is Tenancy.MUST


def test_a_tenant_bound_key_has_nothing_of_the_whole_bus() -> None:
    """Whatever its role: what belongs to no tenant is not there for it."""
    for role in Role:
        assert not principal("k", role, "acme").scopes & OF_THE_WHOLE_BUS
    assert principal("k", Role.READER, "").may(Scope.STATUS_READ)
    assert not principal("k", Role.READER, "acme").may(Scope.STATUS_READ)


def test_a_partner_sees_its_own_only() -> None:
    """Not another tenant's, and not what is the operators' either."""
    assert PARTNER.sees("acme")
    assert not PARTNER.sees("")
    assert not PARTNER.sees("other")
    assert OPERATOR.sees("")
    assert OPERATOR.sees("acme")


def test_a_key_grants_no_more_than_it_has() -> None:
    """A partner makes keys of its own tenant, of roles that may do no more."""
    assert PARTNER.may_grant(Role.PARTNER, "acme")
    assert PARTNER.may_grant(Role.READER, "acme")
    assert not PARTNER.may_grant(Role.READER, "other")
    assert not PARTNER.may_grant(Role.PRODUCER, "acme")
    assert not PARTNER.may_grant(Role.OPERATOR, "")
    assert OPERATOR.may_grant(Role.OPERATOR, "")
    assert not principal("s", Role.SUPPORT, "").may_grant(Role.READER, "")
