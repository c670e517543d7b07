"""Files of every kind, whole and damaged: what is there is answered, and nothing else."""

import io

import numpy as np
import pytest
import soundfile
import soxr
from containers import KINDS, RATE, Kind, cut, video, write
from copied import RUN, foreign, repeated
from formats_table import NONE, PAGE, PART, SHARES, WHOLE, containers, outcomes, table, written
from fuzzing import decoded
from voices import speech_like

from ser.audio import loading, sandbox
from ser.errors import SerError


@pytest.fixture(scope="module")
def found(recognizer):
    """What becomes of each kind with each defect, and the messages."""
    return outcomes(recognizer)


@pytest.fixture(scope="module")
def samples(speech):
    """The recording of a voice at 48 kHz, float32."""
    return soundfile.read(speech, dtype="float32")[0]


@pytest.mark.parametrize("name", KINDS)
def test_whole_files_are_answered_whole(name, found):
    cells = found[0][name]
    assert cells["whole"] == cells["tag in front"] == WHOLE
    # Nothing tells where the sound of an AMR file ends.
    assert cells["tag behind"] == WHOLE or name == "amr"
    assert cells["title not in UTF-8"] in (WHOLE, NONE)


def test_most_kinds_have_a_title(found):
    assert sum(cells["title not in UTF-8"] == WHOLE for cells in found[0].values()) > 15


@pytest.mark.parametrize("name", KINDS)
def test_of_a_file_that_is_cut_off_what_is_there_is_answered_and_it_is_said(name, found):
    cells = {found[0][name][f"cut at {share:.0%}"] for share in SHARES}
    lost = KINDS[name].index_at_end
    assert cells == {"refused: cut off" if lost else f"{PART}, “ends early”"}


@pytest.mark.parametrize("name", [name for name in KINDS if name.startswith(("ogg", "mp3"))])
def test_files_joined_are_answered_whole(name, found):
    assert found[0][name]["two joined"] == WHOLE


@pytest.mark.parametrize("name", [name for name in KINDS if name.startswith("wav")])
def test_a_wav_is_read_to_its_end_whatever_its_header_says(name, found):
    cells = found[0][name]
    assert cells["0"] == cells["44 more"] == cells["not known"] == WHOLE
    assert cells["twice"] == f"{WHOLE}, “ends early”"


def test_the_docs_say_what_becomes_of_each(found):
    page = PAGE.read_text(encoding="utf-8")
    assert written(page, "containers", containers()) == page
    assert written(page, "outcomes", table(*found)) == page


@pytest.mark.parametrize("value", [0, 2, 44, 0x3FFFFFFF, 0x7FFFFFFF, 0xFFFFFFFF])
def test_placeholders_and_small_errors_in_a_wavs_length_are_no_defect(value, speech):
    content = speech.read_bytes()
    wrong = KINDS["wav, 16 bit"].length.written(
        content, lambda length: length + value if value < 100 else value
    )
    clip = loading.load(io.BytesIO(wrong))
    assert clip.notes == () and np.array_equal(clip.waveform, loading.load(speech).waveform)


def test_the_rest_of_a_flac_from_a_pipe_is_not_thought_to_be_hours(samples, speech):
    kind = KINDS["flac"]
    piped = kind.length.written(write(kind, samples), lambda length: 0)
    assert abs(loading.load(io.BytesIO(piped)).duration - loading.load(speech).duration) < 0.01


def test_a_second_stream_of_another_form_is_resampled(samples):
    kind, middle = KINDS["ogg, Vorbis"], len(samples) // 2
    first, second = io.BytesIO(), io.BytesIO()
    stereo = np.stack([samples[:middle]] * 2, axis=1)
    soundfile.write(first, stereo, RATE, format="OGG")
    soundfile.write(second, soxr.resample(samples[middle:], RATE, 16_000), 16_000, format="OGG")
    whole = loading.decode(io.BytesIO(write(kind, samples)))
    joined = loading.decode(io.BytesIO(first.getvalue() + second.getvalue()))
    assert abs(len(joined) - len(whole)) < 0.02 * len(whole)
    assert np.corrcoef(joined[:30_000], whole[:30_000])[0, 1] > 0.95


def test_a_joined_stream_of_another_codec_is_read(samples):
    own, middle = io.BytesIO(), len(samples) // 2
    soundfile.write(own, samples[:middle], RATE, format="OGG", subtype="VORBIS")
    joined = own.getvalue() + write(KINDS["ogg, Opus"], samples[middle:])
    assert (
        abs(len(loading.decode(io.BytesIO(joined))) / loading.SAMPLING_RATE - len(samples) / RATE)
        < 0.1
    )


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_the_sound_of_a_video_and_of_one_that_is_cut_off(samples, suffix):
    content = video(samples, len(samples) / RATE, suffix, "aac")
    whole = loading.load(io.BytesIO(content))
    assert whole.notes == () and abs(whole.duration - len(samples) / RATE) < 0.1
    for share in np.linspace(0.5, 0.95, 10):
        part = loading.load(io.BytesIO(cut(content, share)))
        assert "ends early" in part.notes


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_video_without_sound_is_no_damaged_file(suffix):
    with pytest.raises(SerError, match="no sound, only pictures"):
        loading.load(io.BytesIO(video(None, 1.0, suffix, "")))


@pytest.mark.parametrize("kind", ["RF64", "WAV"])
def test_the_length_of_a_large_wav_is_believed(samples, kind):
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format=kind)
    content = file.getvalue()
    if kind == "WAV":
        content = KINDS["wav, 16 bit"].length.written(content, lambda length: 200 * 2**20)
    assert ("ends early" in loading.load(io.BytesIO(content)).notes) == (kind == "WAV")
    assert "ends early" in loading.load(io.BytesIO(cut(content, 0.6))).notes


def test_integers_of_64_bits(samples):
    content = write(Kind(".wav", "pcm_s64le"), samples)
    assert np.allclose(
        loading.decode(io.BytesIO(content)), loading.decode((RATE, samples)), atol=1e-4
    )


@pytest.mark.parametrize("bytes_behind", [1, 400])
def test_whatever_stands_behind_the_sound_of_a_caf_is_passed_over(samples, bytes_behind):
    behind = np.random.default_rng(0).bytes(bytes_behind)
    content = write(KINDS["caf, 16 bit"], samples) + behind
    assert abs(loading.load(io.BytesIO(content)).duration - len(samples) / RATE) < 0.1


def test_a_file_of_which_most_is_damaged_is_refused(samples):
    content = bytearray(write(KINDS["aac"], samples))
    random = np.random.default_rng(0)
    for first in range(600, len(content), 600):
        content[first : first + 550] = random.bytes(550)
    with pytest.raises(SerError, match="damaged"):
        loading.load(io.BytesIO(content))


def test_a_file_damaged_in_places_says_so(samples):
    content = bytearray(write(KINDS["aac"], samples))
    random = np.random.default_rng(0)
    for first in range(3000, len(content), 3000):
        content[first : first + 300] = random.bytes(300)
    assert "damaged" in loading.load(io.BytesIO(content)).notes


@pytest.fixture
def one_decoder():
    """Only one decoding process, so that each recording follows the one before in its memory."""
    while sandbox._idle:
        sandbox._idle.pop()._process.kill()


@pytest.mark.parametrize("name", KINDS)
def test_no_sample_of_another_recording_is_in_an_answer(name, samples, one_decoder):
    other = speech_like(3.0, seed=7)
    plain, same_kind = write(KINDS["wav, 16 bit"], other), write(KINDS[name], other)
    own, whole = write(KINDS[name], samples), len(samples) / RATE * KINDS[name].rate
    for share in (0.3, 0.6, 0.9):
        others = decoded(plain), decoded(same_kind)
        worker = list(sandbox._idle)
        try:
            found = decoded(cut(own, share))
        except SerError:
            continue
        assert sandbox._idle == worker and len(worker) == 1
        assert not any(foreign(found, each) for each in others)
        assert repeated(found) == 0
        assert len(found) < (share + 0.1) * whole


def test_copied_and_repeated_samples_would_be_noticed():
    one, other = (speech_like(2.0, seed=seed).astype(np.float32) for seed in (1, 2))
    assert foreign(one, other) == repeated(one) == 0
    mixed = np.concatenate([one, other[20_000:20_200]])
    assert foreign(mixed, other) > RUN
    assert repeated(np.concatenate([one, one[20_000:20_200]])) > 0
