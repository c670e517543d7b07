"""Fine-tune the encoder's upper layers on labelled corpora other than RAVDESS.

RAVDESS's labels are never used, so its protocols stay honest; to score on another corpus, an
encoder is fine-tuned without it. The classification head (fine_tuning_run.py) is not kept.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
from transformers import Wav2Vec2Model

from ser.errors import SerError
from ser.models.encoder import Encoder
from ser.training import rooms
from ser.training.data import corpora
from ser.training.data.published import RAVDESS
from ser.training.data.utterance import Utterance
from ser.training.encoder import augmented_states
from ser.training.encoder.export import export
from ser.training.encoder.fine_tuning_run import FineTuning
from ser.training.encoder.student import NO_DROPOUT

N_FINE_TUNED_LAYERS = 2  # the upper ones


def fine_tune(
    encoder: Path,
    data: Sequence[Path],
    out: Path,
    without: Sequence[str] = (),
    noise: Path | None = None,
    epochs: int = 4,
    resume: bool = False,
    seed: int = 0,
) -> None:
    """Fine-tune an encoder's upper layers on emotions, and write the encoder to a folder.

    The checkpoint and a CSV of the losses are written to `<out>-training`.

    Args:
        encoder: folder of a Wav2Vec2 encoder such as the bundled one.
        data: folders, each with a labelled corpus.
        out: folder for the encoder.
        without: names of corpora that are left out, so that the encoder can be scored on them.
        noise: folder with background sounds, and room impulse responses in its sub-folder `rir`.
        epochs: passes over the training utterances.
        resume: continue from the last checkpoint.
        seed: of augmentation and order.

    Raises:
        SerError: the encoder, the corpora or the checkpoint are missing or cannot be used; RAVDESS
            is among the corpora.
    """
    model = _load(encoder)
    utterances = training_utterances(data, without)
    depth = model.config.num_hidden_layers
    frozen = Encoder(encoder, layers=range(depth - N_FINE_TUNED_LAYERS, depth + 1))
    noise_bank = rooms.training_noise_bank(noise, seed)
    states = augmented_states.compute(frozen, utterances, noise_bank, seed)
    readable = [row for row, copies in enumerate(states) if copies]
    utterances = [utterances[row] for row in readable]
    layers = model.encoder.layers[-N_FINE_TUNED_LAYERS:]
    run = FineTuning(layers, [states[row] for row in readable], utterances, epochs, seed)
    run.run(out.with_name(f"{out.name}-training"), resume)
    run.use_average()
    model.config.fine_tuned_on = sorted({utterance.corpus for utterance in utterances})
    export(model, out)


def _load(encoder: Path) -> Wav2Vec2Model:
    """Load an encoder to fine-tune, onto a GPU if there is one."""
    try:
        model = Wav2Vec2Model.from_pretrained(
            encoder, dtype=torch.float32, use_safetensors=True, **NO_DROPOUT
        )
    except (OSError, ValueError) as error:
        raise SerError(
            f"There is no Wav2Vec2 encoder at {encoder}. Give a folder with config.json and "
            "model.safetensors, such as artifacts/encoder."
        ) from error
    if model.config.num_hidden_layers <= N_FINE_TUNED_LAYERS:
        raise SerError(
            f"The encoder {encoder} has {model.config.num_hidden_layers} layers; at least "
            f"{N_FINE_TUNED_LAYERS + 1} are needed, of which the upper {N_FINE_TUNED_LAYERS} are "
            "fine-tuned."
        )
    return model.eval().to("cuda" if torch.cuda.is_available() else "cpu")


def training_utterances(data: Sequence[Path], without: Sequence[str]) -> list[Utterance]:
    """Return the labelled utterances of corpora other than RAVDESS.

    Args:
        data: folders, each with a labelled corpus.
        without: names of corpora to leave out.

    Raises:
        SerError: RAVDESS is among the corpora, one of `without` is not, or nothing is left.
    """
    utterances = [utterance for folder in data for utterance in corpora.table(folder).utterances]
    names = sorted({utterance.corpus for utterance in utterances})
    if RAVDESS.name in names:
        raise SerError(
            "RAVDESS is among the corpora to fine-tune on. The encoder is scored on RAVDESS, so "
            "its labels must not be used. Leave it out of --data."
        )
    if unknown := [name for name in without if name not in names]:
        raise SerError(
            f"There is no corpus {', '.join(unknown)} to leave out; --data holds "
            f"{', '.join(names)}."
        )
    kept = [utterance for utterance in utterances if utterance.corpus not in without]
    if not kept:
        raise SerError(
            f"Nothing is left to train on without {', '.join(without)}. Add a corpus to --data."
        )
    return kept
