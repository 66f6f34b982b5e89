"""Pictures made on the server: inline SVG, each with its sentence and its numbers.

Pure functions from frozen records to a `Picture`; nothing here asks, reads a clock, or
knows a page. `{{ picture }}` in a template is the whole figure: caption, a drawing for
wide places and one for narrow ones, and a `<details>` with the table. Who wants another
layout takes `.title`, `.desc`, `.wide`, `.narrow` and `.table` (a `Table` of `Cell`s) apart. The page links
`static/charts.css`, and sets `color-scheme`.

| function | of | shows |
| --- | --- | --- |
| `time_series(TimeSeries) -> Picture` | `title, times_ms, series: [Series(name, values)], unit, form=Form.LINES, limit=None` | lines, stacked areas or bars |
| `percentiles(Percentiles) -> Picture` | `title, times_ms, p50, p95, p99, unit=Unit.MS, limit=None` | bands on a logarithmic axis |
| `draining(Draining) -> Picture` | `title, times_ms, backlog, now_ms, verdict, record="", unit=Unit.COUNT` | a backlog and when it is empty; `verdict` is that of `bus.watch.forecasts.drain` |
| `forecast_words(Verdict) -> str` | | the same forecast in words |
| `sparkline(name, values, unit) -> Markup` | | a line for a cell of a table |
| `flow(Flow) -> Picture` | `title, topics, programs, subscriptions: [Node], edges: [Edge], rest_href, most=14` | what flows where; narrow: lists |
| `timeline(Timeline) -> Picture` | `title, rows: [Row(name, href, state, bars: [Bar])], rest_href="", most=40` | waits, attempts, replays, acks on one axis |
| `uptime(Uptime) -> Picture` | `title, days: [Day(day, share)], objective, whole, down=0.5` | 90 days as cells |
| `badge(Health) -> Markup` | | the shape of a state, to stand before its word |
| `say(value, unit) -> str`, `span(seconds)`, `percent(share)` | | numbers as the pictures write them |

Shapes and units: times are milliseconds since the epoch, ascending; values are numbers
or None for "not counted", which leaves a gap and is never drawn as zero. `Unit` is one
of COUNT, PER_SECOND, MS, SECONDS, SHARE (0 to 1), BYTES. `Node(key, name, rate, health,
href)`, `Edge(source, target, rate)` with rates in records a second. `Bar(kind, start_ms,
end_ms, label="")` with a `Mark`
for its kind. `Limit(value, name)` is a line across. Markup of ours is marked safe; names and
labels may be anything.

Times are written in UTC. The switch of a page may rewrite each `text[data-time]` and
`time[datetime]`; `data-as` says how fine (see `clocks`).

Classes, all in `charts.css`: `c-figure` with `c-wide`, `c-large` (drawings, shown where
they fit) and `c-narrow`; `c-t`, `c-strong`, `c-mute`, `c-link`, `c-halo` (text);
`c-grid`, `c-axis`, `c-now`, `c-limit`, `c-range`; `c-s0` to `c-s5` (series) with
`c-line`, `c-area`, `c-bar`, `c-band`, `c-dot`; `c-<health>`; `c-box`, `c-b-<health>`,
`c-ribbon`, `c-r-<health>`, `c-node`; `c-k`, `c-k-<mark>`, `c-letter`, `c-hatch`,
`c-wait`; `c-hollow`, `c-empty`; `c-spark`, `c-badge`, `c-list`, `c-head`,
`c-numbers`.

A drawing with links in it has the role `group`, all others `img`: an image would hide
its links from who cannot see it.
"""  # noqa: E501 - a table

from processors.web.charts.bands import Percentiles, percentiles
from processors.web.charts.drain import Draining, draining, forecast_words
from processors.web.charts.flow import Flow, flow
from processors.web.charts.flow_words import Edge, Node
from processors.web.charts.glyphs import badge
from processors.web.charts.picture import Cell, Picture, Table
from processors.web.charts.plot import Limit
from processors.web.charts.series import Form, Series, TimeSeries, time_series
from processors.web.charts.spark import sparkline
from processors.web.charts.timeline import Row, Timeline, timeline
from processors.web.charts.timeline_bars import Bar, Mark
from processors.web.charts.units import Unit, percent, say, span
from processors.web.charts.uptime import Day, Uptime, uptime

__all__ = [
    "Bar",
    "Cell",
    "Day",
    "Draining",
    "Edge",
    "Flow",
    "Form",
    "Limit",
    "Mark",
    "Node",
    "Percentiles",
    "Picture",
    "Row",
    "Series",
    "Table",
    "TimeSeries",
    "Timeline",
    "Unit",
    "Uptime",
    "badge",
    "draining",
    "flow",
    "forecast_words",
    "percent",
    "percentiles",
    "say",
    "span",
    "sparkline",
    "time_series",
    "timeline",
    "uptime",
]
