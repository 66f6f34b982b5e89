"""TLS settings for transports that speak something else than HTTP."""

import ssl

from bus.adapters.http.reply import no_answer
from bus.adapters.http.tls import BadTlsError, Contexts
from bus.delivery.subscription import Tls
from bus.ports import NoAnswer, NoAnswerKind


class SettledTrust:
    """Fulfils `bus.sending.Trust`; says nothing of what will be spoken (ALPN)."""

    def __init__(self) -> None:
        self._contexts = Contexts(())

    def context(self, tls: Tls | None) -> ssl.SSLContext | NoAnswer:
        """See `Trust`."""
        try:
            return self._contexts.of(tls)
        except BadTlsError as error:
            return no_answer(NoAnswerKind.TLS, str(error))
