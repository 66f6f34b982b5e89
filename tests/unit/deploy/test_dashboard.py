"""The dashboard: every metric, each panel with what it shows and what to do."""

import json

from processors.telemetry import names
from tests.support.deployed import (
    COMPOSE,
    DASHBOARD,
    DEPLOY,
    expressions,
    metrics_in,
    sections,
)


def test_dashboard_shows_every_metric() -> None:
    """The dashboard draws all that there is, and leaves nothing out."""
    shown = set[str]().union(*(metrics_in(e) for e in expressions(DASHBOARD)))
    assert set(names.METRICS) - shown == set()


def _panels() -> list[dict[str, object]]:
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    assert isinstance(panels, list)
    return panels


def test_every_panel_says_what_it_shows_and_what_to_do() -> None:
    """Each stands in a row, has a description and a section of the runbook."""
    panels = _panels()
    assert panels[0]["type"] == "row"
    assert len({panel["id"] for panel in panels}) == len(panels)
    there = sections()
    for panel in panels:
        if panel["type"] == "row":
            continue
        assert panel["description"], panel["title"]
        links = panel["links"]
        assert isinstance(links, list)
        runbook, _, section = str(links[0]["url"]).partition("#")
        assert runbook == "${runbook}"
        assert section in there, panel["title"]


def test_no_panel_covers_another() -> None:
    """Every place of the grid is taken once."""
    taken: set[tuple[int, int]] = set()
    for panel in _panels():
        grid = panel["gridPos"]
        assert isinstance(grid, dict)
        places = {
            (x, y)
            for x in range(grid["x"], grid["x"] + grid["w"])
            for y in range(grid["y"], grid["y"] + grid["h"])
        }
        assert max(x for x, _ in places) < 24
        assert not places & taken, panel["title"]
        taken |= places


def test_latencies_lead_to_traces() -> None:
    """Who asks for latencies asks for exemplars, which the data source links."""
    for panel in _panels():
        targets = panel.get("targets", [])
        assert isinstance(targets, list)
        for target in targets:
            examples = {names.ATTEMPT_SECONDS, names.ACCEPTANCE_SECONDS}
            wants = bool(metrics_in(target["expr"]) & examples)
            assert target.get("exemplar", False) is wants, panel["title"]
    source = (DEPLOY / "grafana" / "datasource.yml").read_text(encoding="utf-8")
    assert "exemplarTraceIdDestinations" in source
    assert "name: trace_id" in source
    assert "exemplar-storage" in COMPOSE.read_text(encoding="utf-8")
