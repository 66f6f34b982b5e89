"""From where on somebody is told. Data: the rules and `deploy/alerts.yml` read it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Times are seconds, shares are of one."""

    lag_s: float = 60.0
    still_s: float = 120.0
    retries_late_s: float = 10.0
    log_lag_s: float = 300.0
    dead_share: float = 0.01
    dead_fewest: int = 3
    p95_fewest: int = 50
    secret_s: float = 7 * 86_400.0
    certificate_s: float = 14 * 86_400.0
    volume_z: float = 6.0
    volume_minutes: int = 3
    parked_value: float = 1_000.0
    intake_fewest: int = 5
    refused_share: float = 0.02
    unmapped_share: float = 0.02
    uncaptured_share: float = 0.01
    put_off_share: float = 0.05
    repeats_share: float = 0.2
    ahead_share: float = 0.05
    answer_s: float = 1.0
    old_secret_s: float = 86_400.0
    many: int = 3
    many_share: float = 0.25
