"""`bus subscriptions` shows a secret once, and never again."""

import json
from pathlib import Path

import pytest

from bus.ports import Answer
from processors.subscriptions.keys import Keys
from processors.subscriptions.showing import fingerprint
from tests.support.subscriptions_command import ADD, as_json, bus, good
from tests.support.worlds import KEYS, Worlds

OTHER = "whsec_b3RoZXJvdGhlcm90aGVyb3RoZXJvdGhlcm90aGVy"
OWN = "whsec_aHVzaGh1c2hodXNoaHVzaGh1c2hodXNo"


def _added(worlds: Worlds, folder: Path) -> str:
    """Add one with a header and a key that are secret; return what was printed."""
    token = folder / "token"
    token.write_text("Bearer hush\n")
    key = folder / "key.pem"
    key.write_text("BEGIN hush\n")
    return good(
        worlds,
        *ADD,
        "-H",
        f"Authorization: @{token}",
        "--client-certificate-file",
        str(key),
        "--client-key-file",
        str(key),
    )


def test_add_shows_the_secret_once(worlds: Worlds, tmp_path: Path) -> None:
    """No other command shows it, nor a header's value, a key or a query's value."""
    printed = _added(worlds, tmp_path)
    secret = next(w for w in printed.split() if w.startswith("whsec_"))
    assert printed.count(secret) == 1
    assert worlds.records("bus.subscriptions")
    worlds.sender.reply = Answer(500, None, "oops")
    outputs = [
        good(worlds, "list"),
        good(worlds, "list", "--json"),
        good(worlds, "show", "acme"),
        good(worlds, "show", "acme", "--json"),
        good(worlds, "update", "acme", "--rate", "5"),
        good(worlds, "update", "acme", "--rate", "6", "--json"),
        good(worlds, "pause", "acme", "--json"),
        bus(worlds, "test", "acme").output,
        bus(worlds, "test", "acme", "--json").output,
        bus(worlds, "update", "acme", "--filter", "[").output,
    ]
    everything = "".join(outputs)
    assert secret not in everything
    assert "BEGIN hush" not in "".join(o for o in outputs if "client_key" not in o)
    assert "Bearer hush" not in everything
    assert "token=hush" not in everything
    for record in worlds.records("bus.subscriptions"):
        assert secret.encode() not in (record.value or b"")
        assert b"Bearer" not in (record.value or b"")
    fields = as_json(worlds, "show", "acme")
    assert fields["headers"] == {"Authorization": "(hidden)"}
    assert fields["endpoint"] == "https://acme.example/in?token=…"
    tls = fields["tls"]
    assert isinstance(tls, dict)
    assert tls["client_key"] == "(hidden)"
    assert "sha256:" in good(worlds, "show", "acme")


def test_an_ed25519_secret_stays_here(worlds: Worlds) -> None:
    """The partner gets the public key, the private one is never printed."""
    added = as_json(worlds, *ADD, "--scheme", "v1a")
    assert "secret" not in added
    assert str(added["public_key"]).startswith("whpk_")
    shown = good(worlds, "show", "acme")
    assert str(added["public_key"]) in shown
    rotated = good(worlds, "rotate-secret", "acme")
    assert "Public key: whpk_" in rotated
    assert "whsk_" not in shown + rotated


@pytest.mark.parametrize("source", ["-", "file"])
def test_a_secret_of_ones_own(worlds: Worlds, tmp_path: Path, source: str) -> None:
    """It comes from standard input or a file, never from the command line."""
    file = tmp_path / "secret"
    file.write_text(f"{OWN}\n")
    path = source if source == "-" else str(file)
    added = as_json(worlds, *ADD, "--secret-file", path, stdin=f"{OWN}\n")
    assert "secret" not in added
    shown = added["subscription"]
    assert isinstance(shown, dict)
    assert shown["secrets"][0]["fingerprint"] == fingerprint(OWN)


def test_what_was_given_is_not_printed(worlds: Worlds, tmp_path: Path) -> None:
    """By add, rotate-secret and apply: who gave it has it, and logs are kept."""
    (tmp_path / "own").write_text(OWN)
    (tmp_path / "next").write_text(OTHER)
    file = tmp_path / "subscriptions.yaml"
    entry = "- {id: beta, url: https://b.example/, types: '*', secret_file: %s}"
    said = [good(worlds, *ADD, "--secret-file", str(tmp_path / "own"))]
    said += [
        good(worlds, "rotate-secret", "acme", "--secret-file", str(tmp_path / "next"))
    ]
    for name in ("own", "next"):
        file.write_text(entry % name)
        said += [good(worlds, "apply", "-f", str(file))]
    file.write_text(entry.replace("beta", "gamma") % "own")
    said += [good(worlds, "apply", "-f", str(file), "--json")]
    assert "whsec_" not in "".join(said)
    assert "Signing secret, shown only now: whsec_" in good(
        worlds, "rotate-secret", "gamma"
    )


def test_rotate_secret(worlds: Worlds) -> None:
    """The new one is shown once; both sign until the grace ends."""
    first = as_json(worlds, *ADD)["secret"]
    rotated = as_json(worlds, "rotate-secret", "acme", "--grace", "48h")
    assert rotated["secret"] != first
    secrets = as_json(worlds, "show", "acme")["secrets"]
    assert isinstance(secrets, list)
    assert [secret["expires_at"] is None for secret in secrets] == [True, False]
    own = bus(worlds, "rotate-secret", "acme", "--secret-file", "-", stdin=OWN)
    assert own.exit_code == 0
    assert bus(worlds, "rotate-secret", "acme", "--grace", "soon").exit_code == 2


def test_reseal_ends_the_rotation_of_a_key(worlds: Worlds) -> None:
    """Afterwards the new key alone opens everything; nothing else changed."""
    secret = as_json(worlds, *ADD)["secret"]
    before = good(worlds, "show", "acme")
    worlds.keys = Keys((b"n" * 32, *KEYS.all))
    assert "1 resealed" in good(worlds, "reseal")
    worlds.keys = Keys((b"n" * 32,))
    assert good(worlds, "show", "acme") == before
    assert str(secret) not in before
    worlds.keys = KEYS
    result = bus(worlds, "reseal", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"resealed": [], "unreadable": ["acme"]}
    assert "acme cannot be read" in bus(worlds, "reseal").stderr
