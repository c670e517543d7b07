"""Write the models of one training run to an ONNX file, whose answers are the page's."""

import logging
import warnings
from pathlib import Path

import onnx
import onnxscript  # noqa: F401  torch.onnx.export needs it, and says so less clearly
import torch

from ser import artifacts, folders
from ser.audio.clip import SAMPLING_RATE
from ser.export.graph import OUTPUTS, AnalysisGraph
from ser.labels import LABELS
from ser.models import pretrained
from ser.models.encoder import WINDOW
from ser.recognizer import Recognizer

INPUT = "waveform"
N_SAMPLES = "samples"  # name of the input's only dimension
OPSET = 20  # that of onnxruntime 1.17 and later
# Of three windows of different lengths: of one, the number of windows would become a constant.
EXAMPLE = 2 * WINDOW + 1  # samples


def export(path: Path, folder: Path = artifacts.FOLDER) -> None:
    """Write the artifacts in a folder to an ONNX file, float32, of any number of samples.

    Raises:
        SerError: as `Recognizer.load`; the file cannot be written; the encoder has a group norm.
    """
    folders.check_file(path)
    recognizer = Recognizer.load(folder, "cpu")
    encoder = recognizer.encoder
    graph = AnalysisGraph(pretrained.load(encoder.checkpoint, encoder.layers), recognizer).eval()
    for library in ("torch.onnx", "onnx_ir"):
        logging.getLogger(library).setLevel(logging.ERROR)
    with warnings.catch_warnings(action="ignore"), torch.inference_mode():
        program = torch.onnx.export(
            graph,
            (torch.randn(EXAMPLE, generator=torch.Generator().manual_seed(0)),),
            input_names=[INPUT],
            output_names=list(OUTPUTS),
            dynamic_shapes=({0: N_SAMPLES},),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    model = program.model_proto
    _remove_traces(model)
    onnx.helper.set_model_props(model, metadata(recognizer, folder))
    with artifacts.atomic_write(path) as file:
        file.write(model.SerializeToString())


def metadata(recognizer: Recognizer, folder: Path) -> dict[str, str]:
    """Return what the file says of the model."""
    data = artifacts.read_json(folder / artifacts.MANIFEST)["data"]
    corpora = [*data["corpora"], *data["other_corpora"]]
    return {
        "labels": ",".join(LABELS),
        "sampling_rate": str(SAMPLING_RATE),
        "threshold": str(recognizer.classifier.calibration.threshold),
        "version": recognizer.version,
        "licence": "made from " + ", ".join(f"{name} ({licence})" for name, licence in corpora),
    }


def _remove_traces(model: onnx.ModelProto) -> None:
    """Remove what the exporter noted of this machine: stack traces with paths of files."""
    graph = model.graph
    for part in (graph, *graph.node, *graph.input, *graph.output, *graph.value_info):
        del part.metadata_props[:]
    for tensor in graph.initializer:
        del tensor.metadata_props[:]
