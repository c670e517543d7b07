"""How the encoder was taught emotion: its upper layers, on labelled speech other than RAVDESS.

RAVDESS's emotions are never taught, so its protocols stay honest; to be scored on another corpus,
an encoder is taught without it. The head that learned beside the layers (teaching.py) is not kept.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import Wav2Vec2Config, Wav2Vec2Model

from ser.errors import SerError
from ser.models.encoder import Encoder
from ser.training.augmentation import NoiseBank, load_noise_bank
from ser.training.data import corpora, ravdess
from ser.training.data.utterance import Utterance
from ser.training.encoder.augmented_states import View, hear
from ser.training.encoder.export import export
from ser.training.encoder.fine_tuning_run import Teaching
from ser.training.encoder.student import WITHOUT_CHANCE

TAUGHT = 2  # upper layers


def fine_tune(
    encoder: Path,
    data: Sequence[Path],
    out: Path,
    without: str | None = None,
    noise: Path | None = None,
    epochs: int = 4,
    resume: bool = False,
    seed: int = 0,
) -> None:
    """Teach an encoder's upper layers emotion, and write the encoder to a folder.

    The checkpoint and a CSV of the losses lie beside it, in `<out>-training`.

    Args:
        encoder: folder of a Wav2Vec2 encoder such as the bundled one.
        data: folders, each with a labelled corpus.
        out: folder for the encoder.
        without: name of a corpus that is left out, so that the encoder can be scored on it.
        noise: folder with background sounds, and room responses in its sub-folder `rir`.
        epochs: how often each clip is heard.
        resume: go on from the last checkpoint.
        seed: of augmentation and order.

    Raises:
        SerError: the encoder, the corpora or the checkpoint are missing or cannot be used; RAVDESS
            is among the corpora.
    """
    taught = student(encoder)
    utterances, views = listen(encoder, lessons(data, without), noise, seed)
    run = Teaching(taught.encoder.layers[-TAUGHT:], views, utterances, epochs, seed)
    checkpoint = out.with_name(f"{out.name}-training") / "checkpoint.pt"
    if resume:
        run.restore(checkpoint)
    checkpoint.parent.mkdir(parents=True, exist_ok=True)
    try:
        run.run(checkpoint)
    finally:
        run.save(checkpoint)
    taught.config.fine_tuned_on = sorted({each.corpus for each in utterances})
    export(taught, out)


def student(encoder: Path) -> Wav2Vec2Model:
    """Load an encoder to be taught, onto a GPU if there is one."""
    try:
        model = Wav2Vec2Model.from_pretrained(
            encoder, dtype=torch.float32, use_safetensors=True, **WITHOUT_CHANCE
        )
    except (OSError, ValueError) as error:
        raise SerError(
            f"There is no Wav2Vec2 encoder at {encoder}. Give a folder with config.json and "
            "model.safetensors, such as artifacts/encoder."
        ) from error
    if model.config.num_hidden_layers <= TAUGHT:
        raise SerError(
            f"The encoder {encoder} has {model.config.num_hidden_layers} layers; at least "
            f"{TAUGHT + 1} are needed, of which the upper {TAUGHT} are taught."
        )
    return model.eval().to("cuda" if torch.cuda.is_available() else "cpu")


def listen(
    encoder: Path, utterances: Sequence[Utterance], noise: Path | None, seed: int
) -> tuple[list[Utterance], list[list[View]]]:
    """Send clips through the layers that stay as they are; return those that can be read."""
    around = load_noise_bank(noise) if noise else NoiseBank()
    depth = Wav2Vec2Config.from_pretrained(encoder).num_hidden_layers
    listener = Encoder(encoder, layers=range(depth - TAUGHT, depth + 1))
    views = hear(listener, utterances, around, seed)
    readable = [row for row, own in enumerate(views) if own]
    return [utterances[row] for row in readable], [views[row] for row in readable]


def lessons(data: Sequence[Path], without: str | None) -> list[Utterance]:
    """Return what there is to learn emotions from in folders of corpora, RAVDESS not being one.

    Raises:
        SerError: it is, or `without` is not among them, or alone.
    """
    utterances = [each for folder in data for each in corpora.table(folder).utterances]
    found = sorted({each.corpus for each in utterances})
    if ravdess.CORPUS in found:
        raise SerError(
            "RAVDESS is among the corpora to teach. The encoder is scored on its emotions and must "
            "not know them. Leave it out of --data."
        )
    if without and without not in found:
        raise SerError(
            f"There is no corpus {without} to leave out; --data holds {', '.join(found)}."
        )
    kept = [each for each in utterances if each.corpus != without]
    if not kept:
        raise SerError(f"Nothing is left to teach without {without}. Add a corpus to --data.")
    return kept
