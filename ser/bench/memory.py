"""How much memory a process takes while others keep it busy."""

import statistics
import subprocess
import threading

import psutil

SAMPLE = 1.0  # s between two looks at the memory


class Memory:
    """Looks at the memory of a process and its children while it is entered."""

    def __init__(self, process: subprocess.Popen):
        self.samples = []
        self._process = psutil.Process(process.pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Memory":
        self._thread.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        self._thread.join()

    def growth(self) -> float:
        """Return by which share the last fifth lies above the first tenth of the second half."""
        second = self.samples[len(self.samples) // 2 :]
        tenth = max(1, len(second) // 5)
        return statistics.median(second[-tenth:]) / statistics.median(second[:tenth]) - 1

    def _look(self) -> None:
        while not self._over.wait(SAMPLE):
            total = 0
            for process in (self._process, *self._process.children(recursive=True)):
                try:
                    total += process.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.samples.append(total)
