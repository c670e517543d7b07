"""Time the encoder on a GPU: clips a second by size of the batch, and the fraction of its peak.

The peak is what a product of two large matrices reaches, in the encoder's precision there. Of the
encoder, matrix products and convolutions are counted.
"""

import time
from collections.abc import Callable, Sequence

import torch
from torch.utils.flop_counter import FlopCounterMode

from ser.bench.systems import DURATION, speech_like
from ser.models.encoder import Encoder

BATCHES = (1, 8, 32, 128)  # clips in a forward pass
MATRIX = 8192  # rows and columns
SECONDS = 3.0  # that each is repeated for, after one that is not counted


def measure(
    device: str = "cuda",
    batches: Sequence[int] = BATCHES,
    matrix: int = MATRIX,
    seconds: float = SECONDS,
) -> dict:
    """Time the bundled encoder on clips of DURATION, states copied to the processor included.

    Returns:
        `device`, its name; `peak_tflops`; by size of the batch `clips_per_second` and
        `fraction_of_peak`.

    Raises:
        SerError: there is no such device.
    """
    encoder, clip = Encoder(device=device), speech_like()
    with FlopCounterMode(display=False) as counter:
        list(encoder.states([clip]))
    peak = 2 * matrix**3 / _seconds(_product(device, matrix), seconds)
    rates = {
        str(batch): batch
        / _seconds(lambda clips=[clip] * batch: list(encoder.states(clips)), seconds)
        for batch in batches
    }
    return {
        "device": torch.cuda.get_device_name() if device == "cuda" else device,
        "peak_tflops": peak / 1e12,
        "clips_per_second": rates,
        "fraction_of_peak": {
            batch: rate * counter.get_total_flops() / peak for batch, rate in rates.items()
        },
    }


def table(measured: dict, line: Callable[[str], None] = print) -> None:
    """Print what was measured as docs/speed.md shows it."""
    line(
        f"| {measured['device']}, clips in a batch | clips of {DURATION} s a second | of its peak |"
    )
    line("|---|---|---|")
    for batch, rate in measured["clips_per_second"].items():
        line(f"| {batch} | {rate:,.0f} | {measured['fraction_of_peak'][batch]:.1%} |")
    line("")
    line(f"Peak: {measured['peak_tflops']:.0f} TFLOPS.")


def _product(device: str, size: int) -> Callable[[], object]:
    precision = torch.float16 if device == "cuda" else torch.float32
    matrix = torch.ones(size, size, device=device, dtype=precision)
    # With one element copied, which waits until the product is there.
    return lambda: (matrix @ matrix)[0, 0].item()


def _seconds(action: Callable[[], object], duration: float) -> float:
    """Return the mean seconds of an action, repeated for a duration."""
    action()
    start, n, elapsed = time.perf_counter(), 0, 0.0
    while elapsed < duration:
        action()
        n, elapsed = n + 1, time.perf_counter() - start
    return elapsed / n
