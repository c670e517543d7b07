"""Bypass the proxies of the environment for requests to this machine's own page."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def bypassed() -> Iterator[None]:
    """Let HTTP clients made in this context connect directly, whatever proxies are configured.

    Gradio sends requests to its own server, and makes clients when it is imported. httpx raises an
    error for a SOCKS proxy without an optional library, even for addresses in no_proxy. Processes
    started in this context inherit the setting.
    """
    # This name has precedence over the one in capitals; with * httpx ignores the proxies.
    before = os.environ.get("no_proxy")
    os.environ["no_proxy"] = "*"
    try:
        yield
    finally:
        if before is None:
            del os.environ["no_proxy"]
        else:
            os.environ["no_proxy"] = before
