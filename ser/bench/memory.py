"""Measure the memory of a process while others keep it busy."""

import statistics
import subprocess
import threading

import psutil

INTERVAL = 1.0  # s between two samples


class MemoryMonitor:
    """Samples the memory of a process and its children as long as the context lasts.

    Attributes:
        samples: bytes that are resident, one every INTERVAL seconds.
    """

    def __init__(self, process: subprocess.Popen):
        self.samples = []
        self._process = psutil.Process(process.pid)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._sample, daemon=True)

    def __enter__(self) -> "MemoryMonitor":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._stopped.set()
        self._thread.join()

    def growth(self) -> float:
        """Return by which fraction the last fifth of the second half exceeds its first fifth."""
        half = self.samples[len(self.samples) // 2 :]
        fifth = max(1, len(half) // 5)
        return statistics.median(half[-fifth:]) / statistics.median(half[:fifth]) - 1

    def _sample(self) -> None:
        while not self._stopped.wait(INTERVAL):
            resident = 0
            for process in (self._process, *self._process.children(recursive=True)):
                try:
                    resident += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.samples.append(resident)
