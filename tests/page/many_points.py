"""Serve only the tab that explores the data, over 100,000 synthetic recordings."""

from types import SimpleNamespace

import gradio as gr
import numpy as np

from ser import arrays, artifacts
from ser.models.embedding_map import EmbeddingMap
from ser.page import LAUNCH
from ser.page.tabs import explore
from ser.page.text import ENGLISH

POINTS = 100_000

if __name__ == "__main__":
    rng = np.random.default_rng(0)
    embedding_map = arrays.load(EmbeddingMap, artifacts.FOLDER / artifacts.MAP)
    probabilities = np.load(artifacts.FOLDER / artifacts.OUT_OF_FOLD)
    rows = rng.integers(0, len(probabilities), POINTS)
    columns = {name: values[rows] for name, values in vars(embedding_map).items()}
    columns["positions"] += rng.normal(0, 0.3, (POINTS, 2)).astype(np.float32)
    columns["names"] = np.array([f"clip {row}" for row in range(POINTS)])
    recognizer = SimpleNamespace(
        embedding_map=EmbeddingMap(**columns), out_of_fold_probabilities=probabilities[rows]
    )
    with gr.Blocks(analytics_enabled=False) as page, gr.Tabs():
        with gr.Tab("first"):
            gr.HTML("first")
        with gr.Tab("second") as tab:
            explore.build(ENGLISH, recognizer, tab)
    page.launch(**LAUNCH)
