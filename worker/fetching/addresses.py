"""Which network addresses may be dialled: those of the public internet, however they are spelled.

Sources: the IANA special-purpose registries for IPv4 and IPv6 (RFC 6890 and its updates).
"""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

# Python's `is_global` follows the registries of its own release and calls multicast global; what
# it lacks in 3.11 stands here, so that the answer does not depend on the patch level.
_NOT_GLOBAL = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "100.64.0.0/10",
        "192.0.0.0/24",
        "192.88.99.0/24",
        "224.0.0.0/3",
        "2001::/23",
        "2001:db8::/32",
        "3fff::/20",
    )
)
_GLOBAL_V6 = IPv6Network("2000::/3")  # the only block IANA has given out for global unicast
_NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: the IPv4 address is in the last 32 bits
_NUMERIC = re.compile(r"[0-9a-fx.]+", re.IGNORECASE)


def literal(host: str) -> Address | None:
    """The address that a URL's host spells, or None where it is a name.

    Knows every spelling that resolvers know: ``127.1``, ``0x7f000001``, ``0177.0.0.1``,
    ``2130706433``, and IPv6 with or without brackets.
    """
    host = host.removeprefix("[").removesuffix("]")
    try:
        return ip_address(host)
    except ValueError:
        pass
    if not _NUMERIC.fullmatch(host.rstrip(".")):
        return None
    try:
        return IPv4Address(socket.inet_aton(host.rstrip(".")))
    except OSError:
        return None


def is_allowed(address: Address, allow: Sequence[Network] = ()) -> bool:
    """Whether the address may be dialled: it is global, or one of the networks ``allow`` holds it.

    An IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4) is judged by the one it carries.
    """
    carried = _carried(address)
    if any(_within(a, network) for a in (address, carried) if a for network in allow):
        return True
    return _is_global(carried or address)


def _is_global(address: Address) -> bool:
    if any(_within(address, network) for network in _NOT_GLOBAL):
        return False
    if isinstance(address, IPv6Address) and address not in _GLOBAL_V6:
        return False
    return address.is_global and not address.is_multicast


def _carried(address: Address) -> IPv4Address | None:
    if isinstance(address, IPv4Address):
        return None
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address.sixtofour


def _within(address: Address, network: Network) -> bool:
    return address.version == network.version and address in network
