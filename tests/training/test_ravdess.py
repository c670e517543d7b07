"""File names, table and protocols; the files are empty, since only their names are read."""

from collections import Counter

import numpy as np
import pytest

from ser.errors import SerError
from ser.labels import LABELS
from ser.training.data.ravdess import actor_folds, groups, parse, random_folds, table

TWINS = {"03-01-03-01-02-01-07", "03-01-03-01-02-02-07"}


def published_names(actors=range(1, 25)):
    for actor in actors:
        for emotion in range(1, 9):
            for intensity in (1,) if emotion == 1 else (1, 2):
                for statement in (1, 2):
                    for repetition in (1, 2):
                        fields = (3, 1, emotion, intensity, statement, repetition, actor)
                        yield "-".join(f"{field:02d}" for field in fields)


def fill(folder, names, extension=".wav"):
    for name in names:
        path = folder / f"Actor_{name[-2:]}" / f"{name}{extension}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return folder


def utterances(names):
    return [parse(f"{name}.wav") for name in sorted(names)]


@pytest.fixture(scope="module")
def complete():
    return utterances(published_names())


def test_parse_reads_every_field():
    u = parse("Actor_12/03-01-06-02-01-02-12.flac")
    assert (u.emotion, u.intensity) == ("fearful", "strong")
    assert u.sentence == "Kids are talking by the door"
    assert (u.corpus, u.licence) == ("ravdess", "CC BY-NC-SA 4.0")
    assert (u.speaker, u.sex, u.name) == (12, "female", "03-01-06-02-01-02-12")
    assert parse("03-01-01-01-02-01-07.WAV").sex == "male"


def test_emotion_codes_follow_the_labels():
    found = [parse(f"03-01-{code:02d}-01-01-01-01.wav").emotion for code in range(1, 9)]
    assert tuple(found) == LABELS


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("03-02-06-01-02-01-12.wav", "song"),
        ("01-01-06-01-02-01-12.mp4", "video"),
        ("02-01-06-01-02-01-12.mp4", "video"),
        ("holiday.wav", "not named"),
        ("03-01-06-01-02-01.wav", "not named"),
        ("03-01-09-01-02-01-12.wav", "not named"),
        ("03-01-06-01-02-01-25.wav", "not named"),
        ("03-01-06-01-02-01-00.wav", "not named"),
        ("03-01-01-02-02-01-12.wav", "not named"),
        ("03-01-06-01-02-01-12.wav.wav", "not named"),
        ("03-01-06-01-02-01-12.mp3", "not named"),
    ],
)
def test_parse_refuses_other_names(name, found):
    with pytest.raises(SerError, match=found) as caught:
        parse(name)
    assert name in str(caught.value)
    assert "03-01-06-01-02-01-12.wav" in str(caught.value)


@pytest.mark.parametrize("extension", [".wav", ".flac", ".WAV"])
def test_complete_folder(tmp_path, extension):
    found = table(fill(tmp_path, published_names(), extension))
    assert found.warnings == []
    assert [u.name for u in found.utterances] == sorted(published_names())
    assert Counter(u.emotion for u in found.utterances) == {
        label: 96 if label == "neutral" else 192 for label in LABELS
    }


def test_flat_folder_and_nested_copy_give_one_entry_a_name(tmp_path):
    for name in published_names():
        (tmp_path / f"{name}.wav").touch()
    fill(tmp_path / "audio_speech_actors_01-24", published_names())
    found = table(tmp_path)
    assert found.warnings == []
    assert len(found.utterances) == 1440
    assert {u.path.parent for u in found.utterances} == {tmp_path}


def test_wav_is_preferred_to_flac_of_the_same_name(tmp_path):
    name = "03-01-06-01-02-01-12"
    (tmp_path / f"{name}.flac").touch()
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / f"{name}.wav").touch()
    assert [u.path for u in table(tmp_path).utterances] == [tmp_path / "deep" / f"{name}.wav"]


def test_hidden_companions_are_not_recordings(tmp_path):
    fill(tmp_path, published_names())
    (tmp_path / "__MACOSX").mkdir()
    (tmp_path / "__MACOSX" / "._03-01-06-01-02-01-12.wav").touch()
    assert table(tmp_path).warnings == []


def test_missing_and_incomplete_actors_are_reported_and_the_rest_is_used(tmp_path):
    names = [n for n in published_names() if not n.endswith(("-03", "-17"))]
    names.remove("03-01-06-01-02-01-12")
    found = table(fill(tmp_path, names))
    assert len(found.utterances) == 22 * 60 - 1
    assert len(found.warnings) == 2
    assert "actors 3, 17;" in found.warnings[0]
    assert "12 (59 of 60)" in found.warnings[1]
    assert all("python -m ser download" in warning for warning in found.warnings)


def test_other_files_are_reported_and_ignored(tmp_path):
    fill(tmp_path, published_names())
    for number in range(1, 6):
        (tmp_path / f"03-02-0{number}-01-01-01-01.wav").touch()
    (tmp_path / "01-01-06-01-02-01-12.mp4").touch()
    (tmp_path / "holiday.wav").touch()
    (tmp_path / "README.txt").touch()
    found = table(tmp_path)
    assert len(found.utterances) == 1440
    songs, videos, unnamed = found.warnings
    assert "songs" in songs and ": 5 (" in songs
    assert "videos" in videos and "01-01-06-01-02-01-12.mp4" in videos
    assert "not named" in unnamed and ": 1 (holiday.wav)" in unnamed
    assert "README" not in "".join(found.warnings)


def test_wrong_folders_say_what_was_found_and_what_to_do(tmp_path):
    (tmp_path / "music").mkdir()
    for number in range(3):
        (tmp_path / "music" / f"{number}.mp3").touch()
    (tmp_path / "empty").mkdir()
    for folder, found in [
        ("music", "3 .mp3"),
        ("empty", "it is empty"),
        ("nowhere", "does not exist"),
        ("music/0.mp3", "is a file"),
    ]:
        with pytest.raises(SerError, match=found) as caught:
            table(tmp_path / folder)
        assert "python -m ser download" in str(caught.value)


def each_index_tested_once(folds, n):
    for train, test in folds:
        assert not set(train) & set(test)
        assert len(train) + len(test) == n
    return sorted(np.concatenate([test for _, test in folds])) == list(range(n))


def test_groups_join_only_the_duplicate(complete):
    ids = groups(complete)
    assert ids.shape == (1440,)
    shared = [group for group, count in Counter(ids.tolist()).items() if count > 1]
    assert len(shared) == 1
    assert {u.name for u, group in zip(complete, ids, strict=True) if group == shared[0]} == TWINS


@pytest.mark.parametrize("seed", range(5))
def test_random_folds(complete, seed):
    folds = random_folds(complete, seed)
    assert len(folds) == 5
    assert each_index_tested_once(folds, 1440)
    twins = {i for i, u in enumerate(complete) if u.name in TWINS}
    for _, test in folds:
        counts = Counter(complete[i].emotion for i in test)
        assert all(abs(counts[k] - (19.2 if k == "neutral" else 38.4)) < 1.5 for k in LABELS)
        assert len(twins & set(test)) in (0, 2)


def test_random_folds_depend_on_the_seed_alone(complete):
    first, again, other = (random_folds(complete, seed)[0][1] for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_actor_folds_are_emobox(complete):
    folds = actor_folds(complete)
    assert each_index_tested_once(folds, 1440)
    assert [sorted({complete[i].speaker for i in test}) for _, test in folds] == [
        [1, 11, 20, 21],
        [4, 10, 12, 14],
        [8, 9, 19, 23],
        [3, 5, 7, 24],
        [2, 15, 16, 18],
        [6, 13, 17, 22],
    ]


def test_actor_folds_of_missing_actors_are_left_out():
    some = utterances(published_names([1, 11, 8, 2]))
    folds = actor_folds(some)
    assert [{some[i].speaker for i in test} for _, test in folds] == [{1, 11}, {8}, {2}]
    assert each_index_tested_once(folds, len(some))


def test_actors_of_one_fold_are_too_few():
    with pytest.raises(SerError, match="Too few actors"):
        actor_folds(utterances(published_names([1, 11, 20, 21])))


def test_an_emotion_of_one_fold_only_cannot_be_tested():
    some = [
        u
        for u in utterances(published_names([1, 11, 4]))
        if u.emotion != "disgust" or u.speaker != 4
    ]
    with pytest.raises(SerError, match="Too few actors: disgust recorded"):
        actor_folds(some)


@pytest.mark.parametrize("protocol", [random_folds, actor_folds])
def test_too_few_recordings_of_an_emotion(protocol):
    some = utterances(published_names([7, 8]))
    happy = [u for u in some if u.emotion == "happy"]
    rest = [u for u in some if u.emotion not in ("happy", "calm")]
    twins = [u for u in happy if u.name in TWINS]
    others = [u for u in happy if u.name not in TWINS]
    with pytest.raises(SerError, match="happy 4") as caught:
        protocol(rest + twins + others[:3])
    assert "calm 0" in str(caught.value)
    assert "at least 5" in str(caught.value)


@pytest.mark.parametrize("protocol", [random_folds, actor_folds])
def test_no_utterances(protocol):
    with pytest.raises(SerError, match="Too few recordings"):
        protocol([])
