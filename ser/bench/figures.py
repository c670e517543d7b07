"""The file of measured figures: a section for each benchmark, with the model and the machine."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

import psutil

from ser import artifacts


def read(path: Path) -> dict[str, dict]:
    """Return the sections of a file, none if there is no such file."""
    return artifacts.read_json(path) if path.exists() else {}


def record(path: Path, section: str, measured: dict) -> None:
    """Write a section with the bundled model's version and this machine; keep the others."""
    made_with = {"model": artifacts.version_of(artifacts.FOLDER), "machine": machine()}
    artifacts.write_json(path, read(path) | {section: measured | made_with})


def is_measured(path: Path, section: str) -> bool:
    """Return whether a file has a section that was measured with the bundled model."""
    model = artifacts.version_of(artifacts.FOLDER)
    return read(path).get(section, {}).get("model") == model


def machine() -> dict:
    """Return the hardware, its load (processes that compute) and the versions of the software."""
    return {
        "processor": platform.processor() or platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "busy": round(psutil.getloadavg()[0], 1),
        "python": platform.python_version(),
        "torch": version("torch"),
    }


def conditions(measured: dict) -> str:
    """Return in one line what a section was measured with and on."""
    on = measured["machine"]
    return (
        f"Model {measured['model']}, {on['cores']} cores ({on['processor']}), "
        f"{on['memory_gb']} GB, Python {on['python']}, torch {on['torch']}."
    )
