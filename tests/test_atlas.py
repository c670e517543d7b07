"""The map: clips land near their like, without umap or numba."""

import subprocess
import sys

import numpy as np

from ser.atlas import NEIGHBOURS, Atlas


def grid():
    """Eight emotions each certain of its clips, laid out on a circle."""
    random = np.random.default_rng(0)
    codes = np.repeat(np.arange(8), 25)
    angles = codes * np.pi / 4
    certain = 0.9 * np.eye(8)[codes] + random.uniform(0, 0.02, (200, 8))
    return Atlas(
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
    atlas = grid()
    for corner in range(8):
        place = atlas.place(np.eye(8)[corner])
        assert np.hypot(place.x - atlas.positions[corner * 25, 0],
                        place.y - atlas.positions[corner * 25, 1]) < 0.1  # fmt: skip
        assert len(place.neighbours) == NEIGHBOURS
        assert {near.emotion for near in place.neighbours} == {str(corner)}


def test_neighbours_are_nearest_first():
    atlas = grid()
    place = atlas.place(atlas.roots[60] ** 2)
    assert place.neighbours[0].name == "clip 60"
    rows = [int(near.name.split()[1]) for near in place.neighbours]
    distances = np.linalg.norm(atlas.roots[rows] - atlas.roots[60], axis=1)
    assert (np.diff(distances) >= 0).all()


def test_clips_near_a_clip_of_the_map():
    atlas = grid()
    near = atlas.near(60)
    assert len(near) == NEIGHBOURS and 60 not in near
    distances = np.linalg.norm(atlas.roots - atlas.roots[60], axis=1)
    assert distances[near].tolist() == sorted(distances)[1 : NEIGHBOURS + 1]
    assert atlas.clip(near[0]).name == f"clip {near[0]}"


def test_saved_and_loaded_is_the_same(tmp_path):
    atlas = grid()
    atlas.save(tmp_path / "unused.npz")
    atlas.place(atlas.roots[0] ** 2)
    atlas.save(tmp_path / "atlas.npz")
    loaded = Atlas.load(tmp_path / "atlas.npz")
    assert all(np.array_equal(getattr(atlas, name), getattr(loaded, name)) for name in vars(loaded))


def test_bundled_map_keeps_emotions_and_not_speakers_together(recognizer):
    atlas = recognizer.atlas
    distances = np.linalg.norm(atlas.positions[:, None] - atlas.positions[None], axis=2)
    nearest = np.argsort(distances, axis=1)[:, 1:16]
    same_emotion = (atlas.emotions[nearest] == atlas.emotions[:, None]).mean()
    same_actor = (atlas.actors[nearest] == atlas.actors[:, None]).mean()
    assert same_emotion > 0.5
    assert same_actor < 0.15  # 0.04 by chance


def test_placing_needs_neither_umap_nor_numba():
    code = (
        "import sys; from ser.atlas import Atlas; from ser import artifacts;"
        "atlas = Atlas.load(artifacts.FOLDER / artifacts.ATLAS); atlas.place(atlas.roots[0] ** 2);"
        "assert not {'umap', 'numba'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
    code = (
        "import sys; from ser.recognizer import Recognizer; Recognizer.load(device='cpu');"
        "assert 'umap' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
