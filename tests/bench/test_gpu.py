"""What `python -m ser bench gpu` measures, on the processor."""

import pytest
import torch

from ser.__main__ import main
from ser.bench import gpu


def test_throughput_by_size_of_the_batch():
    measured = gpu.measure("cpu", batches=(1, 2), matrix=256, seconds=0.01)
    assert list(measured["clips_per_second"]) == ["1", "2"] and measured["peak_tflops"] > 0
    assert all(0 < fraction < 10 for fraction in measured["fraction_of_peak"].values())
    lines = []
    gpu.table(measured, lines.append)
    assert measured["device"] in lines[0] and [line[:3] for line in lines[2:4]] == ["| 1", "| 2"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_machine_without_a_gpu(capsys):
    assert main(["bench", "gpu"]) == 1
    assert "no cuda" in capsys.readouterr().err
