"""On a ZeroGPU Space, borrow a GPU for the analysis of a recording; anywhere else, change nothing.

Such a Space has the package `spaces`, which must be imported before torch: importing `ser.page`
before anything that knows torch sees to it. Outside a call that borrows one there is no GPU, so
whatever answers many times a second stays on the processor. Not tried on the real service.
"""

import os
from collections.abc import Callable

try:
    import spaces
except ImportError:
    spaces = None


def lent() -> bool:
    """Whether GPUs are lent here."""
    return spaces is not None and os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "true")


def on_gpu(function: Callable) -> Callable:
    """Return a function that holds a GPU while it runs, where GPUs are lent."""
    return spaces.GPU(function) if lent() else function
