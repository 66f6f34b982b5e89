"""redis-py's errors, in one table. A test fails when the library grows another."""

import ssl
from collections.abc import Mapping

from redis import exceptions as failures

from bus.adapters.redis.codes import judge, unreachable
from bus.delivery.delivery import Outcome
from bus.ports import NoAnswerKind

_KINDS: Mapping[type[BaseException], NoAnswerKind] = {
    TimeoutError: NoAnswerKind.TIMEOUT,
    ssl.SSLError: NoAnswerKind.TLS,
    OSError: NoAnswerKind.CONNECT,
    EOFError: NoAnswerKind.RESET,
    failures.TimeoutError: NoAnswerKind.TIMEOUT,
    failures.ConnectionError: NoAnswerKind.RESET,
    failures.InvalidResponse: NoAnswerKind.PROTOCOL,
    # What none of the others is.
    failures.RedisError: NoAnswerKind.PROTOCOL,
}
_CODES: Mapping[type[BaseException], str] = {
    failures.AskError: "ASK",
    failures.AuthenticationError: "WRONGPASS",
    failures.AuthenticationWrongNumberOfArgsError: "WRONGPASS",
    failures.AuthorizationError: "NOPERM",
    failures.BusyLoadingError: "LOADING",
    failures.ClusterCrossSlotError: "CROSSSLOT",
    failures.ClusterDownError: "CLUSTERDOWN",
    failures.ExternalAuthProviderError: "WRONGPASS",
    failures.MasterDownError: "MASTERDOWN",
    failures.MovedError: "MOVED",
    failures.NoPermissionError: "NOPERM",
    failures.OutOfMemoryError: "OOM",
    failures.ReadOnlyError: "READONLY",
    failures.TryAgainError: "TRYAGAIN",
}
"""Those that it takes the first word of an error from."""
_NOT_OURS = frozenset(
    {  # of clusters, transactions, scripts, locks and pools, which we do not use
        *(failures.ChildDeadlockedError, failures.ClusterError, failures.DataError),
        *(failures.CrossSlotTransactionError, failures.ExecAbortError),
        *(failures.IncorrectPolicyType, failures.InvalidPipelineStack),
        *(failures.LockError, failures.LockNotOwnedError, failures.ModuleError),
        *(failures.MaxConnectionsError, failures.NoScriptError),
        *(failures.NoSuchFieldsetError, failures.PubSubError),
        *(failures.RedisClusterException, failures.SlotNotCoveredError),
        failures.WatchError,
    }
)


def outcome_of(error: BaseException) -> Outcome:
    """What an error means; nothing of it is secret."""
    text = str(error)
    if (code := _CODES.get(type(error))) is not None:
        return judge(code, text)
    if isinstance(error, failures.ResponseError):
        # It takes a word that it knows off the text, which begins with no other then.
        return judge(error.status_code or text.partition(" ")[0], text)
    if "max number of clients" in text:  # which it takes for a broken connection
        return judge("ERR", text)
    for type_ in type(error).__mro__:
        if type_ in _KINDS:
            return unreachable(_KINDS[type_])
    return unreachable(NoAnswerKind.PROTOCOL)


def mapped() -> frozenset[type[BaseException]]:
    """The errors in the tables, for the test that guards them."""
    return frozenset({*_KINDS, *_CODES, *_NOT_OURS, failures.ResponseError})
