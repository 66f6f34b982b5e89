"""How `bus listen --json` tells scripts what it heard: one JSON object a line."""

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime

from processors.cli.listen_view import visible_headers
from processors.listening.heard import Heard, Passed
from processors.listening.replaying import Replayed
from processors.listening.tally import Tally
from processors.screen.plain import plain_json


class Lines:
    """JSON lines on standard output; the first says where it listens."""

    def __init__(self, *, body: bool = False) -> None:
        self._body = body

    def started(self, url: str, secrets: int, doing: str) -> None:
        """Say where it listens."""
        _print({"listening": url, "secrets": secrets, "doing": doing})

    def heard(self, heard: Heard) -> None:
        """Tell of a webhook."""
        verdict = heard.verdict
        told: dict[str, object] = {
            "at": datetime.fromtimestamp(heard.at_s, UTC).isoformat(),
            "target": heard.target,
            "id": heard.id,
            "type": heard.type,
            "test": heard.is_test,
            "order_id": heard.order_id,
            "sequence": heard.sequence,
            "attempt": heard.attempt,
            "after_s": _rounded(heard.after_s),
            "verified": None if verdict is None else verdict.good,
            "why": None if verdict is None or verdict.good else verdict.why,
            "age_ms": _rounded(heard.age_ms),
            "bytes": len(heard.body),
            "changes": list(heard.changes),
            "answer": heard.answer,
            "status": heard.status,
            "kept": heard.kept,
            "passed": None if heard.passed is None else _passed(heard.passed),
            "headers": visible_headers(heard),
        }
        if self._body:
            told["body"] = heard.body.decode(errors="backslashreplace")
        _print(told)

    def refused(self, status: int) -> None:
        """Tell of what was no webhook, or beyond the limits."""
        _print({"refused": status})

    def greeted(self, origin: str) -> None:
        """Tell who asked whether events are wanted, and heard yes."""
        _print({"greeted": origin})

    def away(self, why: str) -> None:
        """Tell that no gateway is there; it is dialled again."""
        _print({"away": why})

    def ended(self, tally: Tally, kept: int | None, lost: int) -> None:
        """Sum up."""
        _print(
            {
                "webhooks": tally.webhooks,
                "verified": tally.verified,
                "not_verified": tally.unverified,
                "answers": dict(tally.answers),
                "refused": {str(key): count for key, count in tally.refused.items()},
                "kept": kept,
                "not_kept": lost,
            }
        )

    def replayed(self, replayed: Replayed) -> None:
        """Tell of a replay."""
        _print(
            {
                "file": str(replayed.kept.file),
                "id": replayed.kept.id,
                "type": replayed.type,
                "order_id": replayed.order_id,
                **_passed(replayed.passed),
            }
        )

    def replays_ended(self, good: int, total: int, *, signed: bool) -> None:
        """Sum up."""
        _print({"accepted": good, "of": total, "signed_anew": signed})


def _passed(passed: Passed) -> dict[str, object]:
    return asdict(passed) | {"took_ms": _rounded(passed.took_ms)}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _print(told: dict[str, object]) -> None:
    """One line, at once: who reads it may be waiting."""
    line = plain_json(json.dumps(told, ensure_ascii=False))
    sys.stdout.write(line.encode(errors="backslashreplace").decode() + "\n")
    sys.stdout.flush()
