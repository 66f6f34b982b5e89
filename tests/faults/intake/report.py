"""What a run did and what came of it, as text: whole, however the run ended."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.faults.intake.round import Round, Run
from tests.faults.intake.senders import Answer
from tests.support.pace import patience

WITHIN_S = 1.0
"""What the 99th percentile of answers may be while all is up, on the usual machine."""
WARM = "warm-up"
"""The first round: Kafka and all else run for the first time. Only the count counts."""
_LEAST = 200
_BAD = 500


def quantile(answers: Sequence[Answer], share: float) -> float:
    """How long answers took, by share; 0 for none. No answer counts as its wait."""
    took = sorted(answer.took_s for answer in answers)
    return took[int(share * (len(took) - 1))] if took else 0.0


def while_up(
    answers: Sequence[Answer], down: Sequence[tuple[float, float]]
) -> list[Answer]:
    """Those of letters that nobody's absence can have met."""
    return [
        one
        for one in answers
        if not any(b - one.took_s <= one.at <= e for b, e in down)
    ]


@dataclass
class Report:
    """Sums up rounds."""

    seed: int
    setting: str = ""
    lines: list[str] = field(default_factory=list)
    offered: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    broken_off: str = ""

    def add(self, played: Round) -> None:
        """Take a round in, and judge how long answers took while all was up."""
        up = while_up(played.answers, played.run.stage.down)
        p99, most = quantile(up, 0.99), patience(WITHIN_S)
        if played.name != WARM and len(up) >= _LEAST and p99 > most:
            told = played.told if played.exceeds else played.broken
            told.append(f"p99 of answers {p99:.2f} s, over {most:.2f}")
        self.lines.append(_line(played, up))
        self.offered.append(f"  {played.name}: {played.offered.text(played.lasts_s)}")
        if played.exceeds:
            self.offered.append("    this machine takes no more; not judged there:")
            self.offered += [f"    {told}" for told in played.told or ["nothing"]]
        self.broken += [f"{played.name}: {told}" for told in played.broken]

    def text(self, run: Run | None) -> str:
        """The report."""
        lines = "\n".join(self.lines)
        offered = "".join(f"{line}\n" for line in self.offered)
        ended = "".join(f"BROKEN {told}\n" for told in self.broken)
        off = f"broken off: {self.broken_off}\n" if self.broken_off else ""
        whole = "" if run is None else _whole(run)
        return (
            f"seed {self.seed}{self.setting}\n"
            f"round    letters/s    sent kills answers not well"
            f" |  all up   p50 ms  p99 ms"
            f" | of all p99 ms  worst ms | settled s\n{lines}\n"
            f"{offered}{whole}{off}{ended}"
        )


def _line(played: Round, up: Sequence[Answer]) -> str:
    answers = played.answers
    bad = sum(not a.well for a in answers)
    sent = played.offered.offered
    return (
        f"{played.name:8} {sent / played.lasts_s:9.0f} {sent:7}"
        f" {len(played.kills):5} {len(answers):7} {bad:8} | {len(up):7}"
        f" {1e3 * quantile(up, 0.5):8.0f} {1e3 * quantile(up, 0.99):7.0f}"
        f" | {1e3 * quantile(answers, 0.99):13.0f} {1e3 * quantile(answers, 1):9.0f}"
        f" | {played.settled_s:9.1f}"
    )


def _whole(run: Run) -> str:
    witness, stage = run.witness, run.stage
    kills = Counter(crash.role for crash in stage.fleet.crashes)
    kills["broker"] = len(stage.broker_kills)
    punished = sum(sum(one.punished.values()) for one in run.senders.values())
    senders = "\n".join(
        f"  {name:12} {owed:8} events owed, {len(sender.answers):8} answers, "
        f"{sender.repeated} sent again though answered, {len(sender.given_up)} given up"
        for name, sender in run.senders.items()
        if (owed := witness.by_source().get(f"{name}-eu", 0)) or True
    )
    return (
        f"events owed              {len(witness.owed)}\n"
        f"lost                     {len(witness.missing())}\n"
        f"given up, never accepted {witness.excused}\n"
        f"parked                   {len(witness.parked)}\n"
        f"told again, by one id    {witness.repeats}\n"
        f"sources punished         {punished}\n"
        f"passed on to another door {stage.balancer.passed_on}\n"
        f"ended (SIGKILL, or partitions lost): "
        + ", ".join(f"{count} {role}" for role, count in sorted(kills.items()))
        + f"\n{senders}\n"
    )
