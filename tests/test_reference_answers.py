"""Code that only moves or is renamed changes no answer."""

import json

import pytest
import reference_answers

# Answers to embeddings are the same to the last digits; the encoder's float32 is not, from one
# processor to another.
EXACT, ON_ANY_PROCESSOR = 1e-6, 1e-3


@pytest.fixture(scope="module")
def expected():
    return json.loads(reference_answers.PATH.read_text())


def test_answers_to_bundled_embeddings(recognizer, expected):
    answers = reference_answers.of_embeddings(recognizer)
    assert len(answers) == reference_answers.N_EMBEDDINGS
    assert answers.keys() == expected["embeddings"].keys()
    for name, answer in answers.items():
        for key, values in expected["embeddings"][name].items():
            assert answer[key] == pytest.approx(values, abs=EXACT), (name, key)


def test_answers_to_recordings(recognizer, expected):
    answers = reference_answers.of_recordings(recognizer)
    if not answers:
        pytest.skip("needs the corpora")
    for name, answer in answers.items():
        reference = expected["recordings"][name]
        for key in ("probabilities", "map", "duration"):
            assert answer[key] == pytest.approx(reference[key], abs=ON_ANY_PROCESSOR), (name, key)
        for key in ("label", "verdict", "notes", "neighbours", "clips_before"):
            assert answer[key] == reference[key], (name, key)
