"""Parsers take what is of their format, and refuse what is hostile with a reason."""

from decimal import Decimal

import pytest

from bus.intake.parsing.csvtree import Dialect, parse_csv
from bus.intake.parsing.edifact import parse_edifact
from bus.intake.parsing.jsontree import parse_json
from bus.intake.parsing.segments import Loops
from bus.intake.parsing.tree import Limits, Parsed, TooMuchError, UnparsableError
from bus.intake.parsing.x12 import parse_x12
from bus.intake.parsing.xmltree import parse_xml

LIMITS = Limits()
ISA = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       "
    "*261102*0830*U*00401*000000001*0*P*>~"
)
LOOPS: Loops = {"N1": {"N3": {}}, "PO1": {"PID": {}, "N1": {"N3": {}}}}


def test_json_keeps_every_digit() -> None:
    """Numbers are exact whatever their length, texts stay texts."""
    tree = parse_json(b'{"id": 820982911946154508, "p": 0.10, "t": "0.10"}', LIMITS)
    assert tree == {"id": 820982911946154508, "p": Decimal("0.10"), "t": "0.10"}


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": 1, "a": 2}',
        b'{"a": NaN}',
        b"[" * 100_000,
        b'{"a":' * 70 + b"1" + b"}" * 70,
        b'{"a": "\xff"}',
        b"",
        b'{"a": ' + b"9" * 500 + b"}",
        b'{"a": 1e99999999}',
        b'{"a": [0e99999999]}',
        b'{"a": -1E-99999999}',
    ],
)
def test_json_of_two_meanings_is_refused(body: bytes) -> None:
    """So is what is too deep, too long or no JSON."""
    with pytest.raises(UnparsableError):
        parse_json(body, LIMITS)


def test_a_tree_has_bounds() -> None:
    """Too many values are too much, and that is said."""
    with pytest.raises(TooMuchError, match="more than 100 values"):
        parse_json(b"[" + b"1," * 200 + b"1]", Limits(nodes=100))


def test_xml_has_the_prefixes_of_the_channel() -> None:
    """Whatever prefixes the document has; other namespaces have none."""
    for text in (
        b'<a:o xmlns:a="urn:x" k="v"> <a:i>1</a:i><a:i>2</a:i><b xmlns="urn:y"/></a:o>',
        b'<o xmlns="urn:x" k="v"><i>1</i><i>2</i><n:b xmlns:n="urn:y"/></o>',
    ):
        tree = parse_xml(text, LIMITS, {"p": "urn:x"})
        assert tree == {"p:o": {"@k": "v", "p:i": ["1", "2"], "b": ""}}


def test_xml_has_text_beside_attributes() -> None:
    """An element with attributes has its text by #text; CDATA is text."""
    tree = parse_xml(b'<a c="EUR">1<![CDATA[<2]]></a>', LIMITS, {})
    assert tree == {"a": {"@c": "EUR", "#text": "1<2"}}


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
        b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
        b'<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd"><a/>',
        b"<!DOCTYPE a><a/>",
        b"<a>&undefined;</a>",
        b"<a><b></a>",
        b"<a/><a/>",
        b"<a" + b"><a" * 100_000 + b">",
        b'<?xml version="1.0" encoding="utf-7"?><a/>',
        b'<?xml version="1.0" encoding="nothing"?><a/>',
        b"",
        b"{}",
    ],
)
def test_xml_declares_and_fetches_nothing(body: bytes) -> None:
    """No entities, no DTD, no depth without end, no odd encodings."""
    with pytest.raises(UnparsableError):
        parse_xml(body, LIMITS, {})


def test_a_document_type_may_be_passed_over() -> None:
    """CXML requires one; it is not read, and it may still declare nothing."""
    named = b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a>1</a>'
    assert parse_xml(named, LIMITS, {}, doctype=True) == {"a": "1"}
    for inner in (b'<!ENTITY x "y">', b"<!ELEMENT a ANY>", b'<!ENTITY % x "y">'):
        with pytest.raises(UnparsableError):
            parse_xml(
                b"<!DOCTYPE a [" + inner + b"]><a>1</a>", LIMITS, {}, doctype=True
            )


def test_an_external_entity_is_not_left_out_in_silence() -> None:
    """With a document type that is not read, an entity could be anything."""
    body = b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a>1&x;2</a>'
    with pytest.raises(UnparsableError):
        parse_xml(body, LIMITS, {}, doctype=True)


def x12(*segments: str, head: str = ISA) -> Parsed:
    """Parse an interchange with one set of these segments."""
    body = [*segments, f"SE*{len(segments) + 2}*0001"]
    text = "~".join(["GS*PO*A*B*20261102*0830*1*X*004010", "ST*850*0001", *body])
    return parse_x12(f"{head}{text}~GE*1*1~IEA*1*000000001~".encode(), LIMITS, LOOPS)


def test_loops_of_x12_nest() -> None:
    """An N1 belongs to the PO1 before it; before the first it is the set's."""
    parsed = x12(
        "N1*BY*Buyer",
        "N3*Street",
        "PO1*1*2*EA",
        "PID*F",
        "N1*ST*Store",
        "N3*Way",
        "CTT*1",
    )
    (item,) = parsed.items
    assert parsed.remarks == []
    assert isinstance(item, dict)
    assert item["N1"] == [{"01": "BY", "02": "Buyer", "N3": [{"01": "Street"}]}]
    (line,) = item["PO1"]
    assert line["N1"] == [{"01": "ST", "02": "Store", "N3": [{"01": "Way"}]}]
    assert item["CTT"] == [{"01": "1"}]
    assert item["ISA"]["15"] == "P"


def test_composites_and_repetitions_of_x12_are_parts() -> None:
    """Separators come from the ISA; the repetition's only since 00402."""
    assert x12("PO1*1>2*A").items[0]["PO1"] == [{"01": {"1": "1", "2": "2"}, "02": "A"}]  # type: ignore[index]
    newer = ISA.replace("*U*00401", "*^*00501")
    assert x12("REF*A^B", head=newer).items[0]["REF"] == [{"01": ["A", "B"]}]  # type: ignore[index]
    assert x12("REF*AUB").items[0]["REF"] == [{"01": "AUB"}]  # type: ignore[index]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("SE*3", "SE*4", "SE counts"),
        ("SE*3*0001", "SE*3*0009", "another control number"),
        ("GE*1*1", "GE*2*1", "GE counts"),
        ("IEA*1*000000001", "IEA*1*000000002", "another control number"),
        ("IEA*1*000000001~", "", "without its IEA"),
        ("SE*3*0001~", "", "without its SE"),
        ("GE*1*1~", "", ""),
    ],
)
def test_envelopes_of_x12_have_to_agree(old: str, new: str, said: str) -> None:
    """A set that lost a line on its way is not an order for less."""
    text = f"{ISA}GS*PO*A*B*20261102*0830*1*X*004010~ST*850*0001~BEG*00~"
    text += "SE*3*0001~GE*1*1~IEA*1*000000001~"
    assert parse_x12(text.encode(), LIMITS, LOOPS).remarks == []
    parsed = parse_x12(text.replace(old, new).encode(), LIMITS, LOOPS)
    if said:
        assert any(said in remark for _, remark in parsed.remarks)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ISA*00",
        "UNB+UNOC:3'",
        ISA.replace("*", "0"),
        f"{ISA}BEG*00~",
        f"{ISA}SE*1*1~",
    ],
)
def test_what_is_no_x12_is_refused(text: str) -> None:
    """With a reason, and only `UnparsableError`."""
    if not text:
        assert parse_x12(b"", LIMITS, LOOPS).items == []
        return
    with pytest.raises(UnparsableError):
        parse_x12(text.encode(), LIMITS, LOOPS)


def edifact(body: str, una: str = "") -> Parsed:
    """Parse an interchange with one message of these segments."""
    count = body.replace("?'", "").count("'") + 2
    text = (
        f"{una}UNB+UNOC:3+A+B+261102:0830+7'UNH+1+ORDERS:D:96A:UN'{body}UNT+{count}+1'"
    )
    return parse_edifact(
        f"{text}UNZ+1+7'".encode("latin-1"), LIMITS, {"LIN": {"QTY": {}}}
    )


def test_edifact_releases_its_separators() -> None:
    """What follows a question mark means itself."""
    parsed = edifact("FTX+A?+B?'C?:D??+x:y'LIN+1'QTY+21:5'")
    (item,) = parsed.items
    assert parsed.remarks == []
    assert isinstance(item, dict)
    assert item["FTX"] == [{"01": "A+B'C:D?", "02": {"1": "x", "2": "y"}}]
    assert item["LIN"] == [{"01": "1", "QTY": [{"01": {"1": "21", "2": "5"}}]}]


def test_edifact_has_the_separators_of_its_una() -> None:
    """All of them may be others."""
    text = "UNA|*,\\ #UNB*UNOY|4*A*B*1|1*7#UNH*1*ORDERS|D#FTX*a\\#b|ü#UNT*3*1#UNZ*1*7#"
    parsed = parse_edifact(text.encode(), LIMITS, {})
    assert parsed.remarks == []
    assert parsed.items[0]["FTX"] == [{"01": {"1": "a#b", "2": "ü"}}]  # type: ignore[index]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"UNA:+.? ",
        b"UNA:::::'UNB+UNOC:3'",
        b"UNB+UNOX:3+A'",
        b"UNB+UNOA:3+\xff'",
        b"UNB+UNOC:3+A'LIN+1'",
        b"UNB+UNOC:3+A'UNT+1+1'",
        b"UNB+UNOC:3+A'TOOLONG+1'",
    ],
)
def test_what_is_no_edifact_is_refused(body: bytes) -> None:
    """With a reason, and only `UnparsableError`."""
    with pytest.raises(UnparsableError):
        parse_edifact(body, LIMITS, {})


def test_rows_of_one_order_are_one_item() -> None:
    """However they are mixed; a row without a key is nobody's but its own."""
    body = b"No;Sku\n1;a\n2;b\n1;c\n;d\n;e\n"
    parsed = parse_csv(body, LIMITS, Dialect(delimiter=";", group="No"))
    rows = [[row["Sku"] for row in item["rows"]] for item in parsed.items]  # type: ignore[index]
    assert rows == [["a", "c"], ["b"], ["d"], ["e"]]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"a,b\n1,2,3\n", "line 2 has 3 fields"),
        (b"a,a\n1,2\n", "twice"),
        (b"a,b\n\xff,2\n", "not utf-8"),
        (b"a,b\n\0,2\n", "NUL"),
        (b'a,b\n"1,2\n', "line 2"),
        (b"a,b\n1,2\n", "no column 'No'"),
    ],
)
def test_a_table_that_is_none_is_refused(body: bytes, why: str) -> None:
    """With the line, where there is one."""
    group = "No" if "column" in why else ""
    with pytest.raises(UnparsableError, match=why):
        parse_csv(body, LIMITS, Dialect(group=group))


def test_a_table_may_have_no_heads_and_lines_before() -> None:
    """Columns by definition, and lines that are passed over."""
    dialect = Dialect(columns=("a", "b"), skip=2, encoding="latin-1")
    parsed = parse_csv(b"Report\nof today\n1,\xfc\n", LIMITS, dialect)
    assert parsed.items[0]["b"] == "ü"  # type: ignore[index]
