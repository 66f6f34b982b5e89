"""CPU and memory of the processes that take part, by name."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import psutil  # type: ignore[import-untyped]  # comes with jgo


@dataclass(frozen=True, slots=True)
class Reading:
    """CPU seconds so far and resident MB now, by part."""

    cpu_s: Mapping[str, float]
    rss_mb: Mapping[str, float]


@dataclass
class Meter:
    """Reads the processes of each part; a part may be of several, or of changing ones.

    A process that has ended keeps the CPU time it was last seen with.
    """

    parts: dict[str, Callable[[], Sequence[int]]] = field(default_factory=dict)
    _seen: dict[tuple[str, int], float] = field(default_factory=dict)

    def read(self) -> Reading:
        """Read all parts now."""
        rss: dict[str, float] = {}
        for part, pids in self.parts.items():
            rss[part] = 0.0
            for pid in pids():
                cpu_s, size = _usage(pid)
                self._seen[part, pid] = max(cpu_s, self._seen.get((part, pid), 0.0))
                rss[part] += size
        cpu = dict.fromkeys(self.parts, 0.0)
        for (part, _), seconds in self._seen.items():
            cpu[part] += seconds
        return Reading(cpu, rss)


def _usage(pid: int) -> tuple[float, float]:
    """CPU seconds and MB of a process and its children."""
    cpu_s = size = 0.0
    try:
        process = psutil.Process(pid)
        family = [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0, 0.0
    for member in family:
        try:
            times = member.cpu_times()
            cpu_s += times.user + times.system
            size += member.memory_info().rss / 2**20
        except psutil.NoSuchProcess:
            continue
    return cpu_s, size


def machine() -> dict[str, object]:
    """What the figures were seen on."""
    return {
        "cores": os.cpu_count() or 0,
        "usable_cores": len(psutil.Process().cpu_affinity()),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "load_before": round(os.getloadavg()[0], 2),
        "python": ".".join(map(str, sys.version_info[:3])),
    }
