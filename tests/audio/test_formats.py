"""Files of every kind, whole and damaged: the samples in them are decoded, and no others."""

import io

import numpy as np
import pytest
import soundfile
import soxr
from containers import KINDS, RATE, Kind, cut, video, write
from copied import RUN, foreign, repeated
from formats_table import FRACTIONS, NONE, PAGE, PART, WHOLE, containers, outcomes, table, written
from fuzzing import decoded
from voices import speech_like

from ser.audio import loading, sandbox
from ser.audio.clip import SAMPLING_RATE
from ser.errors import SerError


@pytest.fixture(scope="module")
def results(recognizer):
    """The outcome of each kind with each defect, and the messages."""
    return outcomes(recognizer)


@pytest.fixture(scope="module")
def samples(speech):
    """The recording of a voice at 48 kHz, float32."""
    return soundfile.read(speech, dtype="float32")[0]


@pytest.mark.parametrize("name", KINDS)
def test_whole_files_are_analysed_whole(name, results):
    cells = results[0][name]
    assert cells["whole"] == cells["tag in front"] == WHOLE
    # Nothing marks where the samples of an AMR file end.
    assert cells["tag behind"] == WHOLE or name == "amr"
    assert cells["title not in UTF-8"] in (WHOLE, NONE)


def test_most_kinds_have_a_title(results):
    assert sum(cells["title not in UTF-8"] == WHOLE for cells in results[0].values()) > 15


@pytest.mark.parametrize("name", KINDS)
def test_the_rest_of_a_file_that_is_cut_off_is_analysed_with_a_note(name, results):
    cells = {results[0][name][f"cut at {fraction:.0%}"] for fraction in FRACTIONS}
    lost = KINDS[name].index_at_end
    assert cells == {"refused: cut off" if lost else f"{PART}, “ends early”"}


@pytest.mark.parametrize("name", [name for name in KINDS if name.startswith(("ogg", "mp3"))])
def test_concatenated_files_are_analysed_whole(name, results):
    assert results[0][name]["two joined"] == WHOLE


@pytest.mark.parametrize("name", [name for name in KINDS if name.startswith("wav")])
def test_a_wav_is_read_to_its_end_despite_a_wrong_header(name, results):
    cells = results[0][name]
    assert cells["0"] == cells["44 more"] == cells["not known"] == WHOLE
    assert cells["twice"] == f"{WHOLE}, “ends early”"


def test_the_docs_have_these_outcomes(results):
    page = PAGE.read_text(encoding="utf-8")
    assert written(page, "containers", containers()) == page
    assert written(page, "outcomes", table(*results)) == page


@pytest.mark.parametrize("value", [0, 2, 44, 0x3FFFFFFF, 0x7FFFFFFF, 0xFFFFFFFF])
def test_placeholders_and_small_errors_in_a_wavs_length_are_no_defect(value, speech):
    content = speech.read_bytes()
    wrong = KINDS["wav, 16 bit"].length.replaced(
        content, lambda length: length + value if value < 100 else value
    )
    clip = loading.load(io.BytesIO(wrong))
    assert clip.notes == () and np.array_equal(clip.waveform, loading.load(speech).waveform)


def test_a_flac_of_unknown_length_has_its_real_duration(samples, speech):
    kind = KINDS["flac"]
    piped = kind.length.replaced(write(kind, samples), lambda length: 0)
    assert abs(loading.load(io.BytesIO(piped)).duration - loading.load(speech).duration) < 0.01


def test_a_second_stream_of_another_format_is_resampled(samples):
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
    first, middle = io.BytesIO(), len(samples) // 2
    soundfile.write(first, samples[:middle], RATE, format="OGG", subtype="VORBIS")
    joined = first.getvalue() + write(KINDS["ogg, Opus"], samples[middle:])
    assert abs(len(loading.decode(io.BytesIO(joined))) / SAMPLING_RATE - len(samples) / RATE) < 0.1


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_the_sound_of_a_video_and_of_one_that_is_cut_off(samples, suffix):
    content = video(samples, len(samples) / RATE, suffix, "aac")
    whole = loading.load(io.BytesIO(content))
    assert whole.notes == () and abs(whole.duration - len(samples) / RATE) < 0.1
    for fraction in np.linspace(0.5, 0.95, 10):
        part = loading.load(io.BytesIO(cut(content, fraction)))
        assert "ends early" in part.notes


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_video_without_sound_is_no_damaged_file(suffix):
    with pytest.raises(SerError, match="no sound, only pictures"):
        loading.load(io.BytesIO(video(None, 1.0, suffix, "")))


@pytest.mark.parametrize("kind", ["RF64", "WAV"])
def test_the_length_of_a_large_wav_is_used(samples, kind):
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, format=kind)
    content = file.getvalue()
    if kind == "WAV":
        content = KINDS["wav, 16 bit"].length.replaced(content, lambda length: 200 * 2**20)
    assert ("ends early" in loading.load(io.BytesIO(content)).notes) == (kind == "WAV")
    assert "ends early" in loading.load(io.BytesIO(cut(content, 0.6))).notes


def test_integers_of_64_bits(samples):
    content = write(Kind(".wav", "pcm_s64le"), samples)
    assert np.allclose(
        loading.decode(io.BytesIO(content)), loading.decode((RATE, samples)), atol=1e-4
    )


@pytest.mark.parametrize("bytes_behind", [1, 400])
def test_bytes_after_the_last_chunk_of_a_caf_are_skipped(samples, bytes_behind):
    behind = np.random.default_rng(0).bytes(bytes_behind)
    content = write(KINDS["caf, 16 bit"], samples) + behind
    assert abs(loading.load(io.BytesIO(content)).duration - len(samples) / RATE) < 0.1


def test_a_mostly_damaged_file_is_rejected(samples):
    content = bytearray(write(KINDS["aac"], samples))
    rng = np.random.default_rng(0)
    for first in range(600, len(content), 600):
        content[first : first + 550] = rng.bytes(550)
    with pytest.raises(SerError, match="damaged"):
        loading.load(io.BytesIO(content))


def test_a_file_damaged_in_places_has_a_note(samples):
    content = bytearray(write(KINDS["aac"], samples))
    rng = np.random.default_rng(0)
    for first in range(3000, len(content), 3000):
        content[first : first + 300] = rng.bytes(300)
    assert "damaged" in loading.load(io.BytesIO(content)).notes


@pytest.fixture
def one_decoder():
    """A single decoding process, so that all recordings pass through the same memory."""
    while sandbox._idle:
        sandbox._idle.pop()._process.kill()


@pytest.mark.parametrize("name", KINDS)
def test_no_sample_of_another_recording_is_decoded(name, samples, one_decoder):
    voice = speech_like(3.0, seed=7)
    plain, same_kind = write(KINDS["wav, 16 bit"], voice), write(KINDS[name], voice)
    content, length = write(KINDS[name], samples), len(samples) / RATE * KINDS[name].rate
    for fraction in (0.3, 0.6, 0.9):
        earlier = decoded(plain), decoded(same_kind)
        worker = list(sandbox._idle)
        try:
            waveform = decoded(cut(content, fraction))
        except SerError:
            continue
        assert sandbox._idle == worker and len(worker) == 1
        assert not any(foreign(waveform, recording) for recording in earlier)
        assert repeated(waveform) == 0
        assert len(waveform) < (fraction + 0.1) * length


def test_copied_and_repeated_samples_would_be_noticed():
    first, second = (speech_like(2.0, seed=seed).astype(np.float32) for seed in (1, 2))
    assert foreign(first, second) == repeated(first) == 0
    mixed = np.concatenate([first, second[20_000:20_200]])
    assert foreign(mixed, second) > RUN
    assert repeated(np.concatenate([first, first[20_000:20_200]])) > 0
