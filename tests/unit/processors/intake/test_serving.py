"""What is posted is verified, kept and answered, each channel in its own words."""

import gzip
import json
from datetime import UTC, datetime

import pytest

from bus.adapters.memory.broker import Fault
from bus.intake.verifying.verdict import Reason
from processors.sources import steps
from processors.telemetry import intake_names as names
from tests.support.door import ORDER, SECRET, Knocker, signed
from tests.support.sources import added

CXML = """<?xml version="1.0"?><!DOCTYPE cXML SYSTEM "cXML.dtd">
<cXML payloadID="p1"><Header><Sender><Credential domain="D"><Identity>b</Identity>
<SharedSecret>{shared}</SharedSecret></Credential></Sender></Header><Request>{request}
</Request></cXML>"""
HUSH = "hush & hush"
CXML_ORDER = (
    '<OrderRequest><OrderRequestHeader orderID="PO-7" type="new"/></OrderRequest>'
)


async def test_a_submission_is_kept_as_it_came(knock: Knocker) -> None:
    """Bytes, headers, verdict, when and from where; then it is answered."""
    got = await knock.shopify()
    assert (got.status, got.body) == (200, b"")
    (raw,) = knock.kept()
    assert raw.submission.body == ORDER
    assert raw.submission.headers["x-shopify-topic"] == "orders/create"
    assert "x-shopify-hmac-sha256" not in raw.submission.headers
    assert raw.submission.instance == "shop-eu"
    assert raw.submission.via == "webhook"
    assert raw.channel == "shopify"
    assert raw.verdict is Reason.VERIFIED
    assert raw.secret
    assert raw.address == "127.0.0.1"
    assert raw.url == f"{knock.door.url}/in/shop-eu"
    assert raw.submission.observed_at == datetime.fromtimestamp(1_700_000_000, UTC)
    assert raw.findings == ()
    (record,) = knock.worlds.records("intake.raw.shop-eu")
    assert record.key == b"820982911946154508"  # the order's own id, all digits


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({}, "unsigned"),
        (signed(ORDER, "another-secret"), "mismatch"),
        (signed(ORDER + b" "), "mismatch"),
        ({"X-Shopify-Hmac-SHA256": "***"}, "malformed"),
    ],
)
async def test_a_wrong_signature_is_refused(
    knock: Knocker, headers: dict[str, str], reason: str
) -> None:
    """401; counted always, told now and then, kept never."""
    for _ in range(3):
        assert (await knock("/in/shop-eu", ORDER, headers)).status == 401
    assert knock.kept() == []
    notes = [fields for name, fields in knock.observer.notes if "unverified" in name]
    assert [note["reason"] for note in notes] == [reason]
    assert SECRET not in str(notes)
    measured = knock.observer.measures
    assert sum(1 for one in measured if one[0].endswith("unverified_total")) == 3


async def test_what_is_not_verified_can_be_parked(knock: Knocker) -> None:
    """A source may want to look at it all the same: kept, with its verdict."""
    await steps.update(knock.world, "shop-eu", {"unverified": "park"})
    assert (await knock("/in/shop-eu")).status == 200
    (raw,) = knock.kept()
    assert raw.verdict is Reason.UNSIGNED


async def test_any_live_secret_counts(knock: Knocker) -> None:
    """Which one matched is kept; one that is over counts no more."""
    await steps.rotate(knock.world, "shop-eu", 60, text="the-next-secret")
    assert (await knock.shopify(secret="the-next-secret")).status == 200  # noqa: S106
    assert (await knock.shopify()).status == 200
    new, old = [raw.secret for raw in knock.kept()]
    assert new != old
    await knock.worlds.clock.advance(61)
    assert (await knock.shopify()).status == 401


async def test_a_packed_body_is_kept_unpacked(knock: Knocker) -> None:
    """Signed as it was sent, or as it was before it was packed."""
    packed = gzip.compress(ORDER)
    for over in (packed, ORDER):
        headers = signed(over) | {"Content-Encoding": "gzip"}
        assert (await knock("/in/shop-eu", packed, headers)).status == 200
    for raw in knock.kept():
        assert raw.submission.body == ORDER
        assert "content-encoding" not in raw.submission.headers


async def test_cards_are_never_kept(knock: Knocker) -> None:
    """The signature is of what came, what is kept is without them; it is said."""
    body = json.dumps({"id": 1, "note": "card 4111 1111 1111 1111"}).encode()
    assert (await knock.shopify(body)).status == 200
    (raw,) = knock.kept()
    assert b"4111 11** **** 1111" in raw.submission.body
    assert raw.redacted == {"pan": 1}


async def test_cxml(knock: Knocker) -> None:
    """The secret in the document is checked and taken out; a Status is the answer."""
    await added(knock.world, id="punch", channel="cxml", secret=HUSH)
    body = CXML.format(shared="hush &amp; hush", request=CXML_ORDER).encode()
    got = await knock("/in/punch", body, {"Content-Type": "text/xml"})
    assert got.status == 200
    assert b'<Status code="200" text="OK"/>' in got.body
    assert got.headers["Content-Type"].startswith("text/xml")
    (raw,) = knock.kept("punch")
    assert b"hush" not in raw.submission.body
    assert b"<SharedSecret>***</SharedSecret>" in raw.submission.body
    assert raw.redacted == {"shared-secret": 1}
    assert raw.id in got.body.decode()
    (record,) = knock.worlds.records("intake.raw.punch")
    assert record.key == b"PO-7"

    profile = CXML.format(shared="hush &amp; hush", request="<ProfileRequest/>")
    got = await knock("/in/punch", profile.encode())
    assert b"<ProfileResponse" in got.body
    wrong = CXML.format(shared="guessed-it", request="<ProfileRequest/>").encode()
    got = await knock("/in/punch", wrong)
    assert got.status == 401
    assert b'<Status code="401"' in got.body
    assert len(knock.kept("punch")) == 1


async def test_adyen_reads_its_word(knock: Knocker) -> None:
    """In plain text, whatever else it is told."""
    await added(knock.world, id="pay", channel="adyen", unverified="park")
    got = await knock("/in/pay", b'{"notificationItems": []}')
    assert (got.status, got.body) == (200, b"[accepted]")


async def test_woocommerce_asks_whether_we_are_there(knock: Knocker) -> None:
    """Its form has no signature and wants 200; a form with more in it is no ping."""
    await added(knock.world, id="woo", channel="woocommerce")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert (await knock("/in/woo", b"webhook_id=17", form)).status == 200
    assert (await knock("/in/woo", b"webhook_id=17&id=1", form)).status == 401
    assert knock.kept("woo") == []


async def test_another_orderbus_asks_whether_events_are_wanted(knock: Knocker) -> None:
    """By the handshake of CloudEvents."""
    await added(knock.world, id="hook", channel="standard-webhooks", rate=2)
    origin = {"WebHook-Request-Origin": "orderbus.example"}
    got = await knock("/in/hook", b"", origin, method="OPTIONS")
    assert got.status == 200
    assert got.headers["WebHook-Allowed-Origin"] == "orderbus.example"
    assert got.headers["WebHook-Allowed-Rate"] == "120"


async def test_other_methods_are_not_for_submissions(knock: Knocker) -> None:
    """Where a channel has no use for them."""
    for method in ("GET", "HEAD", "PUT", "DELETE", "OPTIONS"):
        got = await knock("/in/shop-eu", b"", method=method)
        assert got.status == 405
        assert got.headers["Allow"] == "POST"


async def test_a_source_may_be_answered_otherwise(knock: Knocker) -> None:
    """Status and pause of its own."""
    answers = {"ok_status": 204, "overload_status": 429, "retry_after_s": 7}
    await steps.update(knock.world, "shop-eu", {"answers": answers})
    assert (await knock.shopify()).status == 204
    knock.worlds.broker.faults = lambda _: Fault.REFUSE
    got = await knock.shopify()
    assert got.status == 429
    assert got.headers["Retry-After"] == "7"


@pytest.mark.parametrize(
    "path",
    [
        "/in/shop-eu/anything",
        "/in/nobody",
        "/in/",
        "/in",
        "/",
        "/in/SHOP-EU",
        "/in/shop-eu/..",
        "/in/%73hop-eu",
        "/in/shop-eu%2F..%2Fother",
        "/in/shop%00eu",
        "/in/sh%C3%B6p",
        "/in//shop-eu",
        "/in/shop-eu/a/b",
        "/in/" + "a" * 64,
    ],
)
async def test_what_is_no_address_of_a_source_is_not_found(
    knock: Knocker, path: str
) -> None:
    """One answer for all of it, byte for byte."""
    target = path.encode()
    answer = await knock.talk(
        b"POST " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        b"Content-Length: 2\r\n\r\n{}"
    )
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 404")
    assert body == b"not found\n"


async def test_a_paused_source_is_as_if_there_were_none(knock: Knocker) -> None:
    """And so is one whose address has another secret."""
    await added(knock.world, id="hidden", channel="x12")
    nobody = await knock("/in/nobody")
    await steps.pause(knock.world, "shop-eu", "a reason")
    for path in ("/in/shop-eu", "/in/hidden", "/in/hidden/guess", "/in/nobody/guess"):
        got = await knock(path, ORDER, signed(ORDER))
        assert (got.status, got.body) == (nobody.status, nobody.body)
        assert set(got.headers) == set(nobody.headers)
    await steps.resume(knock.world, "shop-eu")
    assert (await knock.shopify()).status == 200


async def test_a_path_secret_is_not_kept(knock: Knocker) -> None:
    """The address is, without it."""
    taken = await added(knock.world, id="edi", channel="x12")
    got = await knock(f"/in/edi/{taken.path_secret}?a=b", b"ISA*00*")
    assert got.status == 202
    (raw,) = knock.kept("edi")
    assert raw.url == f"{knock.door.url}/in/edi/…?a=b"
    assert raw.verdict is Reason.NOT_CHECKED
    (record,) = knock.worlds.records("intake.raw.edi")
    assert taken.path_secret is not None
    assert taken.path_secret not in str(record)


async def test_a_changed_source_counts_at_once(knock: Knocker) -> None:
    """Without a restart; a removed one is not found."""
    await steps.update(knock.world, "shop-eu", {"max_body": 10})
    assert (await knock.shopify()).status == 413
    await steps.remove(knock.world, "shop-eu")
    assert (await knock.shopify()).status == 404


async def test_what_comes_is_counted_by_source(knock: Knocker) -> None:
    """What was kept and by which secret, refused, and how long answers took."""
    await knock.shopify()
    await knock.shopify(secret="another")  # noqa: S106 - a test's
    await knock("/in/nobody")
    tally = knock.tallies.get("shop-eu")
    assert tally.total == {"came": 1, "secret": 1, "refused": 1, "answer": 2}
    overloaded = [n for n, *_ in knock.observer.measures if n == names.OVERLOADED]
    assert overloaded == []
    assert list(knock.tallies.of) == ["shop-eu"]
