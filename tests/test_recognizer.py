"""Recording in, Analysis out: the same voice in any format gets the same answer."""

import numpy as np
import pytest
import soundfile
import soxr
from voices import encode

from ser.errors import SerError
from ser.labels import LABELS
from ser.models.speaker import UNKNOWN_SPEAKER


def test_analysis_of_a_voice(recognizer, speech, unfamiliar, ravdess):
    analysis = recognizer.analyse(speech)
    assert tuple(analysis.probabilities) == LABELS
    assert sum(analysis.probabilities.values()) == pytest.approx(1)
    assert analysis.label == max(analysis.probabilities, key=analysis.probabilities.get)
    if ravdess:
        assert analysis.label == "angry"
        assert analysis.place.neighbours[0].emotion == "angry"
        # It is one of the training clips.
        assert recognizer.analyse(unfamiliar).familiarity < 0.5 < analysis.familiarity <= 1
    low, high = recognizer.embedding_map.positions.min(0), recognizer.embedding_map.positions.max(0)
    assert (low <= analysis.place.position).all() and (analysis.place.position <= high).all()


def test_json_shape(recognizer, speech):
    result = recognizer.analyse(speech).to_json()
    assert list(result) == [
        "label",
        "probabilities",
        "duration",
        "map",
        "neighbours",
        "notes",
        "clips_before",
        "verdict",
        "familiarity",
    ]
    assert list(result["probabilities"]) == list(LABELS)
    assert len(result["map"]) == 2 and len(result["neighbours"]) == 5
    assert set(result["neighbours"][0]) == {"name", "emotion", "actor"}
    assert result["clips_before"] == 0 and 0 <= result["familiarity"] <= 1


def test_an_analysis_is_adapted_to_the_speaker(recognizer, speech, clips):
    first = recognizer.analyse(clips[0])
    adapted = recognizer.analyse(speech, first.speaker)
    assert adapted.to_json()["clips_before"] == 1 and adapted.speaker.n_clips == 2


def test_an_unfamiliar_voice_is_adapted_to(recognizer, unfamiliar, clips):
    """A familiar one is compared with training clips, which are not adapted."""
    unknown = recognizer.analyse(unfamiliar)
    for speaker in (recognizer.analyse(clips[0]).speaker, recognizer.enrol(clips[0])):
        adapted = recognizer.analyse(unfamiliar, speaker)
        assert adapted.probabilities != unknown.probabilities
        assert not np.array_equal(adapted.place.position, unknown.place.position)


def test_statistics_are_of_unadapted_principal_components(recognizer, clips):
    """Those of adapted ones would shrink the offset with every clip."""
    alone = [recognizer.analyse(path).speaker for path in clips[:2]]
    speaker = UNKNOWN_SPEAKER
    for path in clips[:2]:
        speaker = recognizer.analyse(path, speaker).speaker
    total = sum(speaker.unlabelled_sum for speaker in alone)
    np.testing.assert_allclose(speaker.unlabelled_sum, total)


def test_enrolment_with_a_neutral_recording(recognizer, speech, clips):
    speaker = recognizer.enrol(clips[0])
    assert (speaker.n_unlabelled, speaker.n_neutral) == (0, 1)
    adapted = recognizer.analyse(speech, speaker)
    assert adapted.to_json()["clips_before"] == 1
    assert (adapted.speaker.n_unlabelled, adapted.speaker.n_neutral) == (1, 1)
    with pytest.raises(SerError):
        recognizer.enrol((16_000, np.zeros(16_000)), speaker)


def in_format(waveform, rate, form, path):
    if form == "stereo":
        soundfile.write(path, np.stack([waveform, waveform], 1), rate)
    elif form == "8 bit":
        soundfile.write(path, waveform, rate, subtype="PCM_U8")
    elif path.suffix == ".mp3":
        soundfile.write(path, soxr.resample(waveform, rate, 44_100), 44_100)
    else:
        encode(waveform, rate, path, "aac" if path.suffix == ".m4a" else "libopus")
    return path


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("stereo", "a.wav"),
        ("8 bit", "a.wav"),
        ("44.1 kHz", "a.mp3"),
        ("aac", "a.m4a"),
        ("opus", "a.webm"),
    ],
)
def test_the_same_voice_in_any_format(recognizer, speech, form, name, tmp_path):
    waveform, rate = soundfile.read(speech)
    reference = recognizer.analyse(speech)
    analysis = recognizer.analyse(in_format(waveform, rate, form, tmp_path / name))
    assert analysis.label == reference.label
    for label in LABELS:
        assert abs(analysis.probabilities[label] - reference.probabilities[label]) < 0.15


def test_an_error_leaves_the_next_request_alone(recognizer, speech):
    before = recognizer.analyse(speech).probabilities
    with pytest.raises(SerError):
        recognizer.analyse((16_000, np.zeros(16_000)))
    assert recognizer.analyse(speech).probabilities == before


def test_moving_to_another_device_changes_no_answer(recognizer, speech):
    moved = recognizer.to("cpu")
    assert moved.encoder is not recognizer.encoder
    assert moved.analyse(speech).to_json() == recognizer.analyse(speech).to_json()
