"""Loading data runs no code: no pickle, no code that comes with a checkpoint."""

import json
import pickle
import shutil

import pytest
import torch
from encoders import save_tiny_encoder
from harm import Harm

from ser.errors import SerError
from ser.models.encoder import Encoder
from ser.training.encoder.trainer import load_checkpoint


@pytest.fixture
def harm(tmp_path):
    """The file that appears when planted code has run."""
    path = tmp_path / "harm"
    yield path
    assert not path.exists()


def test_a_checkpoint_in_pickle(harm, tmp_path):
    folder = save_tiny_encoder(tmp_path / "encoder")
    (folder / "model.safetensors").unlink()
    for name in ("pytorch_model.bin", "model.bin"):
        torch.save({"weight": Harm(harm)}, folder / name)
    with pytest.raises(SerError, match="safetensors is needed"):
        Encoder(folder, "cpu")


def test_a_checkpoint_that_brings_code(harm, tmp_path):
    folder = save_tiny_encoder(tmp_path / "encoder")
    code = f"open({str(harm)!r}, 'w')\nclass Custom: pass\n"
    (folder / "custom.py").write_text(code)
    config = json.loads((folder / "config.json").read_text())
    names = {"AutoConfig": "custom.Custom", "AutoModel": "custom.Custom"}
    (folder / "config.json").write_text(json.dumps(config | {"auto_map": names}))
    Encoder(folder, "cpu")  # without it
    (folder / "config.json").write_text(
        json.dumps(config | {"auto_map": names, "model_type": "custom"})
    )
    with pytest.raises(SerError):
        Encoder(folder, "cpu")


@pytest.mark.parametrize("how", ["torch", "pickle"])
def test_a_planted_training_checkpoint(harm, tmp_path, how):
    path = tmp_path / "checkpoint.pt"
    if how == "torch":
        torch.save({"student": Harm(harm)}, path)
    else:
        path.write_bytes(pickle.dumps(Harm(harm)))
    with pytest.raises(SerError, match="damaged, or holds more than numbers"):
        load_checkpoint(path)


def test_a_cut_training_checkpoint(tmp_path):
    path = tmp_path / "checkpoint.pt"
    torch.save({"weights": torch.zeros(1000)}, path)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(SerError, match="damaged"):
        load_checkpoint(path)
    shutil.copy(__file__, path)
    with pytest.raises(SerError, match="damaged"):
        load_checkpoint(path)
