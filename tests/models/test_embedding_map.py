"""The map places clips among similar ones, without umap or numba."""

import subprocess
import sys

import numpy as np

from ser import arrays
from ser.models.embedding_map import N_NAMED, EmbeddingMap


def grid():
    """Eight emotions, each of clips with confident probabilities, laid out on a circle."""
    rng = np.random.default_rng(0)
    codes = np.repeat(np.arange(8), 25)
    angles = codes * np.pi / 4
    confident = 0.9 * np.eye(8)[codes] + rng.uniform(0, 0.02, (200, 8))
    return EmbeddingMap(
        positions=np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32) * 10,
        roots=np.sqrt(confident / confident.sum(axis=1, keepdims=True)).astype(np.float32),
        names=np.array([f"clip {row}" for row in range(200)]),
        emotions=codes.astype(str),
        actors=codes,
        sexes=np.where(codes % 2, "male", "female"),
        intensities=np.full(200, "normal"),
        sentences=np.full(200, ""),
    )


def test_a_clip_is_placed_among_similar_ones():
    embedding_map = grid()
    for corner in range(8):
        place = embedding_map.place(np.eye(8)[corner])
        expected = embedding_map.positions[corner * 25]
        assert np.linalg.norm(place.position - expected) < 0.1
        assert len(place.neighbours) == N_NAMED
        assert {clip.emotion for clip in place.neighbours} == {str(corner)}


def test_neighbours_are_nearest_first():
    embedding_map = grid()
    place = embedding_map.place(embedding_map.roots[60] ** 2)
    assert place.neighbours[0].name == "clip 60"
    rows = [int(clip.name.split()[1]) for clip in place.neighbours]
    distances = np.linalg.norm(embedding_map.roots[rows] - embedding_map.roots[60], axis=1)
    assert (np.diff(distances) >= 0).all()


def test_clips_near_a_clip_of_the_map():
    embedding_map = grid()
    near = embedding_map.nearest(60)
    assert len(near) == N_NAMED and 60 not in near
    distances = np.linalg.norm(embedding_map.roots - embedding_map.roots[60], axis=1)
    assert distances[near].tolist() == sorted(distances)[1 : N_NAMED + 1]
    assert embedding_map.clip(near[0]).name == f"clip {near[0]}"


def test_saved_and_loaded_is_the_same(tmp_path):
    embedding_map = grid()
    embedding_map.place(embedding_map.roots[0] ** 2)
    arrays.save(embedding_map, tmp_path / "embedding_map.npz")
    loaded = arrays.load(EmbeddingMap, tmp_path / "embedding_map.npz")
    assert all(
        np.array_equal(getattr(embedding_map, name), getattr(loaded, name)) for name in vars(loaded)
    )


def test_bundled_map_keeps_emotions_and_not_speakers_together(recognizer):
    embedding_map = recognizer.embedding_map
    distances = np.linalg.norm(
        embedding_map.positions[:, None] - embedding_map.positions[None], axis=2
    )
    nearest = np.argsort(distances, axis=1)[:, 1:16]
    same_emotion = (embedding_map.emotions[nearest] == embedding_map.emotions[:, None]).mean()
    same_actor = (embedding_map.actors[nearest] == embedding_map.actors[:, None]).mean()
    assert same_emotion > 0.5
    assert same_actor < 0.15  # 0.04 by chance


def test_placing_needs_neither_umap_nor_numba():
    code = (
        "import sys; from ser.models.embedding_map import EmbeddingMap\n"
        "from ser import arrays, artifacts\n"
        "embedding_map = arrays.load(EmbeddingMap, artifacts.FOLDER / artifacts.MAP)\n"
        "embedding_map.place(embedding_map.roots[0] ** 2)\n"
        "assert not {'umap', 'numba'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
