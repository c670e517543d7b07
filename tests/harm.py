"""A pickle that runs code when it is loaded."""

from pathlib import Path


class Harm:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path):
        self.path = str(path)

    def __reduce__(self):
        return (open, (self.path, "w"))
