"""What flows where."""

from hypothesis import given
from hypothesis import strategies as st

from bus.watch.verdicts import Health
from processors.web.charts import Edge, Flow, Node, flow
from tests.support.drawable import HEALTHS, LABELS, LAWFUL
from tests.support.pictures import held, rows

RATES = st.floats(min_value=0, allow_infinity=False)


def _nodes(prefix: str, most: int) -> st.SearchStrategy[list[Node]]:
    parts = st.lists(st.tuples(LABELS, RATES, HEALTHS), max_size=most)
    return parts.map(
        lambda found: [
            Node(key=f"{prefix}{at}", name=name, rate=rate, health=health, href="/x")
            for at, (name, rate, health) in enumerate(found)
        ]
    )


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """Any flow, edges to nowhere and backwards too."""
    nodes = [
        draw(_nodes(prefix, most)) for prefix, most in (("t", 4), ("p", 3), ("s", 9))
    ]
    keys = [node.key for each in nodes for node in each] + ["nobody"]
    ends = st.sampled_from(keys)
    return Flow(
        title=draw(LABELS),
        topics=nodes[0],
        programs=nodes[1],
        subscriptions=nodes[2],
        edges=draw(
            st.lists(
                st.builds(Edge, ends, ends, RATES),
                max_size=20,
                unique_by=lambda edge: (edge.source, edge.target),
            )
        ),
        rest_href="/subscriptions",
        most=draw(st.integers(2, 6)),
    )


@LAWFUL
@given(flows())
def test_any_flow_makes_a_lawful_picture(view: Flow) -> None:
    """Every node is a link, in the drawing, the lists and the table."""
    figure = held(flow(view))
    shown = min(len(view.subscriptions), view.most)
    count = len(view.topics) + len(view.programs) + shown
    assert len(rows(figure)) == count
    assert len(figure.findall("svg/a")) == len(figure.findall("div//li/a")) == count


def _flow(healths: dict[str, tuple[Health, float]], most: int = 4) -> Flow:
    subscriptions = [
        Node(key=name, name=name, rate=rate, health=health, href=f"/{name}")
        for name, (health, rate) in healths.items()
    ]
    fanout = Node(
        key="fanout", name="fanout", rate=9, health=Health.HEALTHY, href="/fanout"
    )
    return Flow(
        title="flow",
        topics=[],
        programs=[fanout],
        subscriptions=subscriptions,
        edges=[Edge("fanout", node.key, node.rate) for node in subscriptions],
        rest_href="/subscriptions",
        most=most,
    )


def test_the_ill_and_the_largest_are_shown_and_the_rest_as_one() -> None:
    """Nobody who fails is hidden behind who is large, as long as there is room."""
    view = _flow(
        {
            "small-ill": (Health.FAILING, 0),
            "large": (Health.HEALTHY, 100),
            "larger": (Health.HEALTHY, 200),
            "small": (Health.HEALTHY, 1),
            "held": (Health.HELD, 2),
        }
    )
    told = rows(held(flow(view)))[1:]
    assert [row[:3] for row in told] == [
        ["small-ill", "failing", "0/s"],
        ["larger", "healthy", "200/s"],
        ["large", "healthy", "100/s"],
        ["2 others", "1 held, 1 healthy", "3/s"],
    ]


def test_all_that_flows_to_the_others_is_one_edge() -> None:
    """Rates of edges that are folded add up."""
    view = _flow({f"s{at}": (Health.HEALTHY, 1.0 + at) for at in range(6)}, most=3)
    fanout = rows(held(flow(view)))[0]
    assert fanout[3] == "4 others 10/s, s5 6/s, s4 5/s"


def test_widths_grow_with_the_root_and_have_a_least() -> None:
    """Four times the rate is twice as wide; none at all is thin and dashed."""
    view = _flow(
        {
            "a": (Health.HEALTHY, 100),
            "b": (Health.HEALTHY, 25),
            "c": (Health.HEALTHY, 0),
        }
    )
    ribbons = held(flow(view)).findall("svg/path")
    assert [path.get("stroke-width") for path in ribbons] == ["22", "11", "1.5"]
    assert [path.get("stroke-dasharray") for path in ribbons] == [None, None, "3 4"]


def test_health_is_a_word_and_a_shape_in_both_forms() -> None:
    """Colour is never all there is."""
    view = _flow({health: (health, 1) for health in Health}, most=9)
    figure = held(flow(view))
    said = {"".join(text.itertext()) for text in figure.iter("text")}
    listed = {span.text for span in figure.findall("div//li/span")}
    for health in Health:
        assert f"{health} · 1/s" in said & listed
    shapes = {
        path.get("d")
        for link in figure.findall("svg/a")
        for path in link.findall("path")
    }
    assert len(shapes) == len(Health)


def test_a_thousand_subscriptions_are_as_high_as_fourteen() -> None:
    """The picture does not grow with the fleet; its sentence has the count."""
    view = _flow({f"s{at}": (Health.HEALTHY, 1) for at in range(1_000)}, most=14)
    picture = flow(view)
    svg = held(picture).find("svg")
    assert svg is not None
    assert float(svg.get("viewBox", "").split()[-1]) < 800
    assert "1,000 subscriptions (1000 healthy); 987 of them are drawn as one" in (
        picture.desc
    )
