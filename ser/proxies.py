"""Proxies of the environment, which are for other machines and not for this one's own page."""

import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def bypassed() -> Iterator[None]:
    """Let HTTP clients made in this context ask directly, whatever proxies the environment names.

    Gradio asks its own server whether it runs, and makes clients when it is imported. httpx makes
    none where a proxy is SOCKS, which it does not know by itself, even for addresses in no_proxy.
    Processes started in this context inherit the setting.
    """
    # This name wins over the one in capitals; with * httpx does not look at the proxies at all.
    before = os.environ.get("no_proxy")
    os.environ["no_proxy"] = "*"
    try:
        yield
    finally:
        if before is None:
            del os.environ["no_proxy"]
        else:
            os.environ["no_proxy"] = before
