"""Who listens on a TCP port of this machine, said before anything is started."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

from worker.errors import ConfigError

LISTEN = "0A"  # state of a listening socket in /proc/net/tcp, see proc_net_tcp.txt of Linux


def require_free(port: int, variable: str, *, address: str = "127.0.0.1") -> None:
    """Make sure that a server can listen on a port.

    Raises:
        ConfigError: something listens there (named where Linux tells), or the address is not ours.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        # As servers do: a connection that ended a moment ago does not keep the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise ConfigError(_sentence(port, variable, address, error)) from None


def free_port(address: str = "127.0.0.1") -> int:
    """A port that nothing listened on a moment ago, chosen by the operating system."""
    with socket.socket() as probe:
        probe.bind((address, 0))
        port: int = probe.getsockname()[1]
        return port


def listener(port: int) -> str | None:
    """The process that listens on a port, as ``name (process 123)``; None where unknown.

    Read from ``/proc``: processes of other users stay unknown.
    """
    sockets = {f"socket:[{inode}]" for inode in _inodes(port)}
    if not sockets:
        return None
    for process in Path("/proc").glob("[0-9]*"):
        if _holds(process, sockets):
            return f"{_name(process)} (process {process.name})"
    return None


def _sentence(port: int, variable: str, address: str, error: OSError) -> str:
    if isinstance(error, PermissionError):
        return f"Port {port} is not ours to use ({error.strerror}); set {variable} above 1023."
    if error.errno == errno.EADDRINUSE:
        holder = listener(port) or "another process"
        return f"Port {port} is in use by {holder}; end it, or set {variable} to another port."
    return f"Nothing can listen on {address}, port {port}: {error.strerror}."


def _inodes(port: int) -> set[str]:
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            lines = Path(table).read_text().splitlines()[1:]
        except OSError:
            continue
        for fields in map(str.split, lines):
            local, state, inode = fields[1], fields[3], fields[9]
            if state == LISTEN and int(local.rpartition(":")[2], 16) == port:
                found.add(inode)
    return found


def _holds(process: Path, sockets: set[str]) -> bool:
    try:
        return any(str(fd.readlink()) in sockets for fd in (process / "fd").iterdir())
    except OSError:  # ended meanwhile, or another user's
        return False


def _name(process: Path) -> str:
    try:
        return (process / "comm").read_text().strip()
    except OSError:
        return "a process"
