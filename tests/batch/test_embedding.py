"""Embeddings of many recordings are those of one by one, in bounded memory."""

import dataclasses
import itertools

import numpy as np
import soundfile
import torch

from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE
from ser.batch.embedding import CHUNK, embed_many
from ser.batch.prefetch import AHEAD
from ser.errors import SerError


def test_embeddings_of_many_equal_those_of_one_by_one(bundled, clips, tmp_path, monkeypatch):
    monkeypatch.setattr("ser.batch.embedding.CHUNK", 5)
    broken = tmp_path / "broken.wav"
    broken.write_text("not audio")
    long = tmp_path / "long.wav"
    waveform = loading.load(clips[0]).waveform
    soundfile.write(long, np.tile(waveform / np.abs(waveform).max(), 6), SAMPLING_RATE)
    recordings = [clips[0], broken, long, *clips[1:], broken]
    many = list(embed_many(bundled, iter(recordings)))
    assert len(many) == len(recordings)
    threads = torch.get_num_threads()
    for recording, result in zip(recordings, many, strict=True):
        if recording == broken:
            assert isinstance(result, SerError) and "broken.wav" in str(result)
            continue
        clip, embedding = result
        assert clip.duration == loading.load(recording).duration
        assert np.abs(embedding - bundled.embed([clip])[0]).max() < 1e-3
    assert torch.get_num_threads() == threads
    assert not list(embed_many(bundled, []))


def test_recordings_are_loaded_a_bounded_number_ahead(bundled, loaded):
    taken = []
    short = dataclasses.replace(loaded[0], waveform=loaded[0].waveform[:5000])

    def endless():
        for number in itertools.count():
            taken.append(number)
            yield short

    embedded = embed_many(bundled, endless(), load=lambda clip: clip)
    for _ in range(CHUNK + 1):
        next(embedded)
    embedded.close()
    assert len(taken) <= 3 * CHUNK + AHEAD + 1
