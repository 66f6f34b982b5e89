"""One SMTP relay."""

import asyncio
import smtplib
import ssl
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from ipaddress import ip_address
from typing import TypeAlias
from urllib.parse import unquote, urlsplit

from bus.errors import ConfigurationError
from bus.watch.letter import Letter
from bus.watch.sinks import NotTakenError

_WITHIN_S = 10.0
_PORTS = {"smtp": 587, "smtps": 465}
_LATER = range(400, 500)
_Client: TypeAlias = smtplib.SMTP
_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (smtplib.SMTPAuthenticationError, "the relay refuses the login"),
    (smtplib.SMTPNotSupportedError, "the relay offers no STARTTLS, or no login"),
    (smtplib.SMTPSenderRefused, "the relay refuses the sender"),
    (ssl.SSLCertVerificationError, "the relay's certificate is not trusted"),
    (ssl.SSLError, "TLS with the relay failed"),
    (smtplib.SMTPException, "the relay does not take it"),
    (TimeoutError, f"the relay gave no answer within {_WITHIN_S:.0f} s"),
    (OSError, "no connection to the relay"),
)
"""What went wrong, in words without the address or the login."""


class SmtpRelay:
    """Fulfils `processors.watch.mailing.Mailer`.

    `url` is `smtp://` (STARTTLS, which only a relay on this machine may lack) or
    `smtps://`, with a login if the relay wants one.

    Raises:
        ConfigurationError: it is no such address; it is not repeated.
    """

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname:
            raise ConfigurationError("expected smtp://HOST:PORT or smtps://HOST:PORT")
        self._tls = parts.scheme == "smtps"
        self._place = parts.hostname, parts.port or _PORTS[parts.scheme]
        self._login = unquote(parts.username or ""), unquote(parts.password or "")
        self._sender = sender

    async def send(self, letter: Letter) -> Sequence[str]:
        """Send it to each by itself; return who cannot be reached for good.

        Raises:
            NotTakenError: not sent to anybody; another try may help.
        """
        return await asyncio.to_thread(self._send, letter)

    def _send(self, letter: Letter) -> Sequence[str]:
        try:
            with self._reached() as client:
                self._prepare(client)
                return self._sent(client, letter)
        except tuple(kind for kind, _ in _REASONS) as error:
            why = next(said for kind, said in _REASONS if isinstance(error, kind))
            raise NotTakenError(why) from None

    def _reached(self) -> _Client:
        host, port = self._place
        if not self._tls:
            return smtplib.SMTP(host, port, timeout=_WITHIN_S)
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(host, port, timeout=_WITHIN_S, context=context)

    def _prepare(self, client: _Client) -> None:
        """Have it speak TLS, and know us."""
        client.ehlo()
        if not self._tls and (
            client.has_extn("starttls") or not _is_here(self._place[0])
        ):
            client.starttls(context=ssl.create_default_context())
        if self._login[0]:
            client.login(*self._login)

    def _sent(self, client: _Client, letter: Letter) -> Sequence[str]:
        gone: list[str] = []
        taken = 0
        for address in letter.to:
            try:
                client.sendmail(self._sender, [address], self._text(letter, address))
            except smtplib.SMTPRecipientsRefused as error:
                code, _ = error.recipients[address]
                if code in _LATER and not taken and address == letter.to[-1]:
                    raise NotTakenError("the relay takes it later") from None
                gone.append(address)
            else:
                taken += 1
        return gone

    def _text(self, letter: Letter, address: str) -> bytes:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = address
        message["Subject"] = " ".join(letter.subject.split())  # one line, whatever
        message["Date"] = letter.date
        message["Message-ID"] = f"<{letter.id}@{self._sender.rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.body)
        return message.as_bytes(policy=SMTP)


def _is_here(host: str) -> bool:
    """Whether this is an address of this machine alone."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
