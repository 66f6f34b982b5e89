"""Files of sources on a partner's server, by SFTP.

Here lives what talks to it: the host's key is the one that is declared, its address one
that the guard admits. Never here: which files are taken, and what comes of them.
"""

from bus.adapters.sftp.dialing import SftpLogin
from bus.adapters.sftp.folder import SftpFolder

__all__ = ["SftpFolder", "SftpLogin"]
