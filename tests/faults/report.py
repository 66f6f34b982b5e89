"""What a run did and what came of it, as text: whole, however the run ended."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from tests.faults.plan import Kind
from tests.faults.round import Felt, Round
from tests.faults.stage import FLAKY, LEDGER, PARTNERS, STEADY

_LATE_S = 2.0
"""From then on a delivery counts as held up by a fault."""
_WATCHED = {"retry": FLAKY.name, "ordered": LEDGER.name}


@dataclass
class Report:
    """Sums up rounds."""

    seed: int
    setting: str = ""
    rounds: int = 0
    foreign: str = "none"
    broken_off: list[str] = field(default_factory=list)
    events: int = 0
    failed: int = 0
    deliveries: int = 0
    lost: int = 0
    duplicates: int = 0
    bound: int = 0
    unanswered: int = 0
    twice: int = 0
    slow_stops: int = 0
    crashes: int = 0
    judged: Counter[str] = field(default_factory=Counter)
    worst_s: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    recovery_s: dict[Kind, list[float | None]] = field(
        default_factory=lambda: defaultdict(list)
    )
    lines: list[str] = field(default_factory=list)
    details: list[str] = field(default_factory=list)

    def add(self, played: Round) -> None:
        """Take a round in; one that was broken off is told, not judged."""
        self.rounds += 1
        self.foreign = played.stage.foreigners.counts()
        witness = played.witness
        self.events += len(witness.written_at)
        self.failed = played.stream.failed
        self.deliveries += len(witness.accepted_at)
        self.slow_stops = played.stage.fleet.slow_stops
        self.crashes += len(played.stage.fleet.crashes)
        if played.broken_off:
            self.broken_off.append(
                f"round {self.rounds} was broken off, with "
                f"{len(witness.lost.missing)} deliveries still to come: "
                f"{played.broken_off}"
            )
        else:
            self._judge(played)
        for felt in sorted(played.felt, key=lambda f: f.began_at):
            took = None if played.broken_off else _recovery_s(played, felt)
            self.recovery_s[felt.fault.kind].append(took)
            self.lines.append(_line(felt, took))

    def _judge(self, played: Round) -> None:
        witness = played.witness
        self.lost += len(witness.lost.missing)
        self.duplicates += witness.duplicates
        self.bound += len(witness.repeated.excused)
        self.unanswered += len(witness.unanswered)
        self.twice += len(witness.twice)
        self.judged.update(witness.judged)
        self.details += [
            *witness.details,
            *(f"{crash}" for crash in played.stage.fleet.crashes if witness.details),
        ]
        queues = [p for p in played.stage.partners if p not in PARTNERS]
        for partner in (STEADY, FLAKY, LEDGER, *queues):
            late = [late for _, late in witness.lateness(partner.name).values()]
            worst = max(late, default=0.0)
            self.worst_s[partner.name] = max(self.worst_s[partner.name], worst)

    def summary(self) -> str:
        """The counts in a line."""
        return (
            f"{self.events} events, {self.deliveries} deliveries, {self.lost} lost, "
            f"{self.duplicates} duplicates of at most {self.bound}"
            + "".join(f"; {told}" for told in self.broken_off[-1:])
        )

    def text(self) -> str:
        """The report."""
        kinds = "\n".join(
            f"  {kind:28} {len(took):5} {_recoveries(took)}"
            for kind, took in sorted(self.recovery_s.items())
        )
        judged = ", ".join(f"{count} {what}" for what, count in self.judged.items())
        worst = ", ".join(f"{name} {s:.1f} s" for name, s in self.worst_s.items())
        return (
            f"seed {self.seed}{self.setting}\n"
            f"rounds                 {self.rounds}, "
            f"{len(self.broken_off)} of them broken off and not judged\n"
            f"events written         {self.events} ({self.failed} not acknowledged)\n"
            f"deliveries accepted    {self.deliveries}\n"
            f"lost                   {self.lost}\n"
            f"duplicates             {self.duplicates} of at most {self.bound} "
            f"in flight at {self.crashes} crashes,\n"
            f"                       {self.unanswered} deliveries were accepted in "
            "attempts whose answer came too late or never,\n"
            f"                       {self.twice} repeated as a client wrote a record "
            "twice when a broker went\n"
            f"attempts judged        {judged}\n"
            f"of a foreign client    {self.foreign}\n"
            f"ends by SIGTERM that took too long: {self.slow_stops}\n"
            f"worst lateness         {worst}\n"
            f"fault                          times  recovery median, worst (s)\n"
            f"{kinds}\n"
            + "".join(f"{told}\n" for told in [*self.broken_off, *self.details])
        )


def _recoveries(took: Sequence[float | None]) -> str:
    """Median and worst of those that are known."""
    known = [seconds for seconds in took if seconds is not None]
    if not known:
        return f"{'-':>8} {'-':>8}"
    return f"{median(known):8.1f} {max(known):8.1f}"


def _line(felt: Felt, took_s: float | None) -> str:
    fault = felt.fault
    whom = f"{fault.role} {fault.member}, broker {fault.broker}, server {fault.server}"
    if felt.cured_at is None:
        return f"{fault.kind} ({whom}): never cured"
    lasted = felt.cured_at - felt.began_at
    recovery = "not judged" if took_s is None else f"{took_s:.1f} s"
    return f"{fault.kind} ({whom}) for {lasted:.1f} s; recovery {recovery}"


def _recovery_s(played: Round, felt: Felt) -> float:
    """From a fault's begin until the last delivery that it held up; 0 for none.

    What was written while the fault lasted and came late counts, so faults of
    other lanes at the same time are in it too.
    """
    cured_at = felt.cured_at or float("inf")
    partner = _WATCHED.get(felt.fault.role, STEADY.name)
    if felt.fault.kind in _OF_BROKERS:
        partner = STEADY.name
    late = [
        at + took
        for at, took in played.witness.lateness(partner).values()
        if felt.began_at - _LATE_S <= at <= cured_at and took > _LATE_S
    ]
    return max((arrived - felt.began_at for arrived in late), default=0.0)


_OF_BROKERS = (Kind.BROKER, Kind.ROLLING, Kind.DISK)
