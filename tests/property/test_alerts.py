"""The life of alerts against what sinks were promised, whatever happens in between."""

from collections.abc import Mapping

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from bus.watch.alerts import Alert, Phase, advance
from bus.watch.muting import Muting, Silence
from bus.watch.rules import BY_NAME, Finding, Judged
from bus.watch.stored import alert_json, read_alert
from bus.watch.telling import Receiver, due, heard
from bus.watch.verdicts import Kind, Subject

NAMES = ("lag", "quarantine", "disabled")
SUBJECT = Subject(Kind.BUS)
SINKS = ("bus", "pager")


class Alerts(RuleBasedStateMachine):
    """Conditions come and go, are unknown, silenced; the program restarts."""

    def __init__(self) -> None:
        super().__init__()
        self.at = 1_000.0
        self.alerts: Mapping[str, Alert] = {}
        self.silences: list[Silence] = []
        self.heard: dict[tuple[str, str], list[str]] = {}

    @rule(
        passed_s=st.integers(1, 200),
        so=st.sets(st.sampled_from(NAMES)),
        blind=st.sets(st.sampled_from(NAMES)),
    )
    def look(self, passed_s: int, so: set[str], blind: set[str]) -> None:
        """Some time passes, then somebody looks."""
        self.at += passed_s
        findings = tuple(Finding(BY_NAME[name], SUBJECT, "x") for name in so - blind)
        self.alerts = advance(self.alerts, Judged(findings, frozenset(blind)), self.at)

    @rule(sink=st.sampled_from(SINKS))
    def tell(self, sink: str) -> None:
        """One sink answers, and hears what it has to hear."""
        muting = Muting(self.silences)
        for key, alert in self.alerts.items():
            notice = due(alert, sink, Receiver(), muting, self.at)
            if notice is not None:
                word = "over" if notice.is_over else "fires"
                self.heard.setdefault((sink, key), []).append(word)
                self.alerts = {**self.alerts, key: heard(alert, notice)}

    @rule(name=st.sampled_from((*NAMES, "*")), for_s=st.integers(1, 300))
    def silence(self, name: str, for_s: int) -> None:
        """Somebody wants to hear nothing of it for a while."""
        one = Silence(id="s", rule=name, since=self.at, until=self.at + for_s)
        self.silences.append(one)

    @rule()
    def restart(self) -> None:
        """All is forgotten but what was written down."""
        read = [read_alert(alert_json(alert)) for alert in self.alerts.values()]
        self.alerts = {alert.key: alert for alert in read if alert}

    @invariant()
    def nobody_hears_twice_that_it_fires(self) -> None:
        """Firing and its end take turns, and firing comes first."""
        for words in self.heard.values():
            assert words == (["fires", "over"] * len(words))[: len(words)]

    @invariant()
    def whoever_believes_that_it_fires_is_owed_the_end(self) -> None:
        """No alert is forgotten while a sink waits for its end."""
        for (sink, key), words in self.heard.items():
            if words[-1] == "fires":
                assert sink in self.alerts[key].owed

    def teardown(self) -> None:
        """Once all is well for long, everybody has heard of every end."""
        for sink in SINKS:
            self.look(200, set(), set())
            self.tell(sink)
        self.tell(SINKS[0])
        for words in self.heard.values():
            assert words[-1] == "over"
        phases = {alert.phase for alert in self.alerts.values()}
        assert phases <= {Phase.RESOLVED}


Alerts.TestCase.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None
)
TestAlerts = Alerts.TestCase
