"""Why a server can never be called over TLS, which gRPC tells in words of its own only.

So it is asked once more, by Python's TLS, whose errors are types.
"""

import asyncio
import ssl

_WITHIN_S = 5.0
_PROTOCOL = "h2"


async def distrusted(host: str, port: int) -> str:
    """Why not; empty: it is not there, or nothing is wrong with its TLS."""
    context = ssl.create_default_context()
    context.set_alpn_protocols([_PROTOCOL])
    try:
        async with asyncio.timeout(_WITHIN_S):
            _, writer = await asyncio.open_connection(host, port, ssl=context)
    except ssl.SSLCertVerificationError as error:
        return f"its certificate is not trusted: {error.verify_message}"
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
        return ""  # as of one that is just being stopped
    except ssl.SSLError as error:
        return f"no TLS is spoken there: {error.reason}"
    except (OSError, TimeoutError):
        return ""
    chosen = writer.get_extra_info("ssl_object").selected_alpn_protocol()
    writer.transport.abort()
    return "" if chosen == _PROTOCOL else "no gRPC is spoken there"
