"""Use of a GPU on a ZeroGPU Space; anywhere else nothing changes.

Such a Space has the package `spaces`, which must be imported before torch: import `ser.page` before
anything that imports torch. Outside a call that holds a GPU there is none, so what answers many
times a second stays on the CPU. Not tested on the real service.
"""

import os
from collections.abc import Callable

try:
    import spaces
except ImportError:
    spaces = None


def available() -> bool:
    """Return whether this is a ZeroGPU Space."""
    return spaces is not None and os.environ.get("SPACES_ZERO_GPU", "").lower() in ("1", "true")


def on_gpu(function: Callable) -> Callable:
    """Return a function that holds a GPU while it runs, where this is a ZeroGPU Space."""
    return spaces.GPU(function) if available() else function
