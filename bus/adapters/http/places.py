"""Names resolved and judged, for transports whose library connects by itself."""

from collections.abc import Sequence

from bus.adapters.http.guard import ForbiddenAddressError, Guard
from bus.adapters.http.names import Names, UnresolvableError
from bus.adapters.http.reply import no_answer
from bus.delivery.endpoint import secured
from bus.ports import NoAnswer, NoAnswerKind


class GuardedPlaces:
    """Fulfils `bus.ports.Places`: the guard and the names that webhooks have, too.

    Args:
        guard: Where deliveries may go.
        names: Resolves host names; closed here.
        scheme: What is spoken without TLS, for its refusal.
    """

    def __init__(self, guard: Guard, scheme: str, names: Names | None = None) -> None:
        self._guard = guard
        self._scheme = scheme
        self._names = Names() if names is None else names

    async def admitted(
        self, host: str, port: int, *, plain: bool
    ) -> Sequence[str] | NoAnswer:
        """See `Places`."""
        scheme = self._scheme if plain else secured(self._scheme)
        shown = f"[{host}]" if ":" in host else host
        refused = self._guard.check_endpoint(f"{scheme}://{shown}:{port}")
        if refused is not None:
            return no_answer(NoAnswerKind.FORBIDDEN, refused)
        try:
            found = await self._names.resolve(host)
            return self._guard.admit(found, plain=plain, scheme=self._scheme)
        except ForbiddenAddressError as error:
            return no_answer(NoAnswerKind.FORBIDDEN, str(error))
        except UnresolvableError as error:
            return no_answer(NoAnswerKind.DNS, str(error))

    async def close(self) -> None:
        """Forget the names."""
        await self._names.close()
