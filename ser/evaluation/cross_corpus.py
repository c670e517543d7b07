"""Cross-corpus evaluation: each corpus is left out of everything that is fitted to labels.

The encoder's fine-tuning is included in that. See speaker_conditions.py for the scores.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ser import artifacts
from ser.errors import SerError
from ser.evaluation import ablation
from ser.evaluation.speakers import speaker_conditions, speaker_metrics
from ser.models.encoder import Encoder
from ser.recognizer import Recognizer
from ser.training.classifier import fitting
from ser.training.data import corpora
from ser.training.labelled_embeddings import SEED, LabelledEmbeddings, embed_labelled, project

MIN_CORPORA = 3


def evaluate(
    data: Sequence[Path],
    folder: Path = artifacts.FOLDER,
    encoders: Sequence[Path] = (),
) -> dict:
    """Score every corpus; write and return `protocols.cross_corpus` of metrics.json.

    Args:
        data: folders, each with a labelled corpus. The first is the home corpus of the classifier,
            the second where that is left out.
        folder: of the artifacts, whose encoder is used for corpora that it was not fine-tuned on.
        encoders: of further ones, in the same way fine-tuned on fewer corpora; for each corpus the
            first is used that was not fine-tuned on it.

    Raises:
        SerError: all encoders were fine-tuned on a corpus, or there are fewer than three corpora.
    """
    tables = {}
    for path in data:
        utterances = corpora.table(path).utterances
        tables[utterances[0].corpus] = utterances
    if len(tables) < MIN_CORPORA:
        raise SerError(
            f"There are {len(tables)} corpora; at least {MIN_CORPORA} are needed, so that a home "
            "corpus and another one are left to train on. Give more folders to --data."
        )
    shipped = Recognizer.load(folder).encoder
    further = [Encoder(path) for path in encoders]
    encoder_of = {name: independent_encoder([shipped, *further], [name]) for name in tables}
    results, ablated = {}, {}
    for encoder in dict.fromkeys(encoder_of.values()):
        sets = {name: embed_labelled(encoder, tables[name])[0] for name in tables}
        left_out = [corpus for corpus, chosen in encoder_of.items() if chosen is encoder]
        for corpus in tqdm(left_out, "Leaving out", unit="corpus"):
            training_set = leave_out(sets, corpus, encoder.fine_tuned_on)
            test_set = sets[corpus]
            models = fitting.fit(training_set, SEED)
            results[corpus] = speaker_conditions.score(test_set, models, SEED)
            for part, without in ablation.without_each_part(models.classifier, training_set, SEED):
                ablated.setdefault(part, []).append(
                    speaker_conditions.of_unknown_speakers(without, test_set)
                )
            probe = speaker_metrics.speaker_independent_probe(test_set, SEED)
            results[corpus]["speaker_independent_probe"] = probe
            if human := speaker_metrics.human_listeners(test_set.utterances):
                results[corpus]["human_listeners"] = human
            results[corpus]["encoder_fine_tuned_on"] = list(encoder.fine_tuned_on)
    results = {corpus: results[corpus] for corpus in tables}
    content = artifacts.read_json(folder / artifacts.METRICS)
    content["protocols"]["cross_corpus"] = results
    complete = [result["unknown_speaker"] for result in results.values()]
    content.setdefault("ablation", {})["cross_corpus"] = {
        part: {key: float(np.mean([score[key] for score in scores])) for key in ("ua", "ece")}
        for part, scores in ({"none": complete} | ablated).items()
    }
    artifacts.write_metrics(folder, content)
    return results


def independent_encoder(encoders: Sequence[Encoder], names: Sequence[str]) -> Encoder:
    """Return the first encoder that was fine-tuned on none of some corpora, by their names.

    Raises:
        SerError: all were.
    """
    for encoder in encoders:
        if not set(names) & set(encoder.fine_tuned_on):
            return encoder
    raise SerError(
        f"The encoder {encoders[0].checkpoint} was fine-tuned on {', '.join(names)} and cannot be "
        "scored there. Needed is one made without these labels, given by --encoders: python -m "
        f"ser.training fine-tune --without {' '.join(names)}"
    )


def leave_out(
    sets: Mapping[str, LabelledEmbeddings], corpus: str, fine_tuned_on: Sequence[str] = ()
) -> LabelledEmbeddings:
    """Return the training set of all corpora but one; the first of them is its home corpus.

    fine_tuned_on: names of corpora that the encoder was fine-tuned on.
    """
    home, *others = [labelled for name, labelled in sets.items() if name != corpus]
    return replace(home, others=project(others, fine_tuned_on, SEED))


def table(results: dict, line: Callable[[str], None] = print) -> None:
    """Print UA in percent by corpus, with its intervals."""
    line(f"{'UA %':<10}" + "".join(f"{name:>20}" for name in speaker_conditions.HEADLINE))
    for corpus, result in results.items():
        cells = (
            "{:.1f} ({:.1f}-{:.1f})".format(*(100 * x for x in (scored["ua"], *scored["ci95"])))
            if (scored := result[name])
            else ""
            for name in speaker_conditions.HEADLINE
        )
        line(f"{corpus:<10}" + "".join(f"{cell:>20}" for cell in cells))
