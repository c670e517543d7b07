"""Python finds this at its start, and from then on reaches no other machine."""

import sys

HERE = ("127.", "localhost", "::1", "0.0.0.0")


def refuse(event: str, arguments: tuple) -> None:
    """Raise what a machine without a network would, and say so."""
    if event in ("socket.connect", "socket.sendto"):
        address = arguments[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        address = arguments
    else:
        return
    # Sockets of the file system have a name, not a host and a port.
    host = address[0] if isinstance(address, tuple) else None
    if host and not str(host).startswith(HERE):
        print(f"refused to reach {host}", file=sys.stderr, flush=True)
        raise OSError(f"no network: {host}")


sys.addaudithook(refuse)
