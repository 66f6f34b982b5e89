"""What asyncssh's errors are to whoever takes files: one table, in words for people."""

import asyncssh

_SAID: tuple[tuple[type[Exception], str], ...] = (
    (asyncssh.HostKeyNotVerifiable, "its key is not the one that is declared"),
    (asyncssh.PermissionDenied, "it does not let us in"),
    (asyncssh.SFTPPermissionDenied, "not allowed"),
    (asyncssh.SFTPNoSuchFile, "not there"),
    (asyncssh.SFTPNoSuchPath, "not there"),
    (asyncssh.ConnectionLost, "the connection is lost"),
    (asyncssh.KeyImportError, "the private key cannot be read"),
    (asyncssh.KeyEncryptionError, "the private key does not open by its passphrase"),
    (asyncssh.SFTPError, "it refuses"),
    (asyncssh.DisconnectError, "it does not speak with us"),
    (TimeoutError, "no answer in time"),
    (OSError, "cannot be reached"),
)
FAILURES = tuple(dict.fromkeys(kind for kind, _ in _SAID))


def why(error: Exception) -> str:
    """What an error means, in a few words; none of the server's are repeated."""
    return next((said for kind, said in _SAID if isinstance(error, kind)), "fails")
