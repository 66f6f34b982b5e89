"""What comes in is exact, and whatever comes in ends as values, never as exceptions."""

import json
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bus.client.channels import (
    channel_names,
    channels_folder,
    read_samples,
)
from bus.contracts.codec import decode, encode
from bus.contracts.framing import FRAME
from bus.intake.converting import convert
from bus.intake.parsing.edifact import parse_edifact
from bus.intake.parsing.tree import Limits, UnparsableError
from bus.intake.parsing.x12 import parse_x12
from bus.intake.samples import submission_of
from bus.intake.submission import Submission
from tests.support.channels import CATALOGUE, NOW, channel, data_of, shipped

FOLDER = channels_folder()
CHANNELS = {name: shipped(name) for name in channel_names(FOLDER)}
BODIES = [
    (name, sample)
    for name in CHANNELS
    for sample in read_samples(FOLDER / name)
    if len(sample.body) < 20_000
]
MONEY = channel(
    "currency: currency\n"
    "totals.grand_total: total | money(currency)\n"
    "totals.tax: cents | minor(currency)\n"
    "lines:\n"
    "  - each: lines\n"
    "    line_id: id | id\n"
    "    quantity: quantity | decimal"
)
amounts = st.decimals(
    min_value=Decimal(-(10**18) + 1),
    max_value=Decimal(10**18) - 1,
    places=6,
    allow_nan=False,
    allow_infinity=False,
)
ids = st.integers(min_value=0, max_value=10**40)


@given(total=amounts, quantity=amounts, order=ids, line=ids, as_text=st.booleans())
def test_money_and_ids_are_what_was_sent(
    total: Decimal, quantity: Decimal, order: int, line: int, *, as_text: bool
) -> None:
    """From JSON's digits to Avro's bytes and back, whether numbers or texts."""
    quote = '"' if as_text else ""
    body = (
        f'{{"id": {quote}{order}{quote}, "currency": "EUR",'
        f' "total": {quote}{total:f}{quote},'
        f' "lines": [{{"id": {line}, "quantity": {quantity:f}}}]}}'
    )
    data = data_of(MONEY, body.encode())
    schema = CATALOGUE.schema("intake.order_received")
    again = decode(schema, encode(schema, 1, data)[FRAME.size :])
    assert again["order"]["id"] == str(order)  # type: ignore[index]
    assert again["totals"]["grand_total"]["amount"] == total  # type: ignore[index]
    read = again["lines"][0]  # type: ignore[index]
    assert (read["line_id"], read["quantity"]) == (str(line), quantity)
    assert again["findings"] == []


@given(
    cents=st.integers(-(10**15), 10**15),
    code=st.sampled_from([("EUR", 2), ("JPY", 0), ("BHD", 3), ("CLF", 4)]),
)
def test_minor_units_are_exact(cents: int, code: tuple[str, int]) -> None:
    """Each currency has its own places."""
    body = json.dumps({"id": 1, "currency": code[0], "cents": cents})
    data = data_of(MONEY, body.encode())
    amount = data["totals"]["tax"]["amount"]  # type: ignore[index]
    assert amount * 10 ** code[1] == cents


texts = st.text(
    st.characters(
        codec="iso-8859-1", exclude_characters="\r\n\t \x85\xa0", min_codepoint=32
    ),
    min_size=1,
    max_size=20,
)


@given(values=st.lists(st.lists(texts, min_size=1, max_size=4), min_size=1, max_size=6))
def test_edifact_reads_what_was_written(values: list[list[str]]) -> None:
    """Any text, released as the standard says, comes back as it was."""

    def released(text: str) -> str:
        return "".join(f"?{char}" if char in "?+:'" else char for char in text)

    elements = "+".join(":".join(map(released, parts)) for parts in values)
    body = f"UNB+UNOC:3+A+B+1:1+7'UNH+1+X:D'FTX+{elements}'UNT+3+1'UNZ+1+7'"
    parsed = parse_edifact(body.encode("latin-1"), Limits(), {})
    (segment,) = parsed.items[0]["FTX"]  # type: ignore[index]
    assert parsed.remarks == []
    for number, parts in enumerate(values, 1):
        read = segment[f"{number:02}"]
        expected = {str(n): part for n, part in enumerate(parts, 1)}
        assert read == (parts[0] if len(parts) == 1 else expected)


plain = st.text(
    st.characters(codec="ascii", exclude_characters="*>~ \r\n\t", min_codepoint=33),
    min_size=1,
    max_size=12,
)
ISA = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       "
    "*261102*0830*U*00401*000000001*0*P*>~"
)


@given(segments=st.lists(st.lists(plain, min_size=1, max_size=6), max_size=8))
def test_x12_reads_what_was_written(segments: list[list[str]]) -> None:
    """Elements by number, segments in order, counts that agree."""
    body = "".join(f"REF*{'*'.join(values)}~" for values in segments)
    text = (
        f"{ISA}GS*PO*A*B*1*1*1*X*004010~ST*850*1~{body}"
        f"SE*{len(segments) + 2}*1~GE*1*1~IEA*1*000000001~"
    )
    parsed = parse_x12(text.encode(), Limits(), {})
    item = parsed.items[0]
    assert isinstance(item, dict)
    read = item.get("REF", [])
    assert parsed.remarks == []
    assert [list(one.values()) for one in read] == segments


@settings(max_examples=100)
@given(body=st.binary(max_size=400), name=st.sampled_from(sorted(CHANNELS)))
def test_any_bytes_end_as_values(body: bytes, name: str) -> None:
    """No channel raises, whatever comes."""
    which = CHANNELS[name]
    assert which is not None
    parts = convert(which, Submission("mine", body, {}, NOW))
    assert all(one.event or one.findings for one in parts)


@settings(max_examples=150)
@given(data=st.data())
def test_changed_samples_end_as_values(data: st.DataObject) -> None:
    """Bytes changed, cut or doubled anywhere in what is nearly right."""
    name, sample = data.draw(st.sampled_from(BODIES))
    body = bytearray(sample.body)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(len(body) - 1, 0)))
        match data.draw(st.integers(0, 2)):
            case 0 if body:
                body[at] = data.draw(st.integers(0, 255))
            case 1:
                del body[at : at + data.draw(st.integers(1, 40))]
            case _:
                body[at:at] = body[at : at + data.draw(st.integers(1, 40))]
    which = CHANNELS[name]
    assert which is not None
    submission = submission_of(which, sample)
    changed = Submission("mine", bytes(body), submission.headers, NOW)
    parts = convert(which, changed)
    assert all(one.event or one.findings for one in parts)


@given(body=st.binary(max_size=300))
def test_parsers_of_edi_refuse_in_one_way(body: bytes) -> None:
    """What is none is `UnparsableError`, even behind a right beginning."""
    heads = (b"UNB+UNOC:3+A'" + body, b"UNA" + body, body)
    for head in heads:
        try:
            parse_edifact(head, Limits(), {})
        except UnparsableError:
            continue
    for head in (ISA.encode() + body, body):
        try:
            parse_x12(head, Limits(), {})
        except UnparsableError:
            continue
