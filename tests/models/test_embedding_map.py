"""The map: clips land near their like, without umap or numba."""

import subprocess
import sys

import numpy as np

from ser.models.embedding_map import NEIGHBOURS, EmbeddingMap


def grid():
    """Eight emotions each certain of its clips, laid out on a circle."""
    random = np.random.default_rng(0)
    codes = np.repeat(np.arange(8), 25)
    angles = codes * np.pi / 4
    certain = 0.9 * np.eye(8)[codes] + random.uniform(0, 0.02, (200, 8))
    return EmbeddingMap(
        positions=np.stack([np.cos(angles), np.sin(angles)], 1).astype(np.float32) * 10,
        roots=np.sqrt(certain / certain.sum(axis=1, keepdims=True)).astype(np.float32),
        names=np.array([f"clip {row}" for row in range(200)]),
        emotions=codes.astype(str),
        actors=codes,
        sexes=np.where(codes % 2, "male", "female"),
        intensities=np.full(200, "normal"),
        sentences=np.full(200, ""),
    )


def test_a_clip_lands_among_those_like_it():
    embedding_map = grid()
    for corner in range(8):
        place = embedding_map.place(np.eye(8)[corner])
        assert np.hypot(place.position[0] - embedding_map.positions[corner * 25, 0],
                        place.position[1] - embedding_map.positions[corner * 25, 1]) < 0.1  # fmt: skip
        assert len(place.neighbours) == NEIGHBOURS
        assert {near.emotion for near in place.neighbours} == {str(corner)}


def test_neighbours_are_nearest_first():
    embedding_map = grid()
    place = embedding_map.place(embedding_map.roots[60] ** 2)
    assert place.neighbours[0].name == "clip 60"
    rows = [int(near.name.split()[1]) for near in place.neighbours]
    distances = np.linalg.norm(embedding_map.roots[rows] - embedding_map.roots[60], axis=1)
    assert (np.diff(distances) >= 0).all()


def test_clips_near_a_clip_of_the_map():
    embedding_map = grid()
    near = embedding_map.nearest(60)
    assert len(near) == NEIGHBOURS and 60 not in near
    distances = np.linalg.norm(embedding_map.roots - embedding_map.roots[60], axis=1)
    assert distances[near].tolist() == sorted(distances)[1 : NEIGHBOURS + 1]
    assert embedding_map.clip(near[0]).name == f"clip {near[0]}"


def test_saved_and_loaded_is_the_same(tmp_path):
    embedding_map = grid()
    embedding_map.save(tmp_path / "unused.npz")
    embedding_map.place(embedding_map.roots[0] ** 2)
    embedding_map.save(tmp_path / "embedding_map.npz")
    loaded = EmbeddingMap.load(tmp_path / "embedding_map.npz")
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
        "import sys; from ser.models.embedding_map import EmbeddingMap; from ser import artifacts;"
        "embedding_map = EmbeddingMap.load(artifacts.FOLDER / artifacts.MAP); embedding_map.place(embedding_map.roots[0] ** 2);"
        "assert not {'umap', 'numba'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    code = (
        "import sys; from ser.recognizer import Recognizer; Recognizer.load(device='cpu');"
        "assert 'umap' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
