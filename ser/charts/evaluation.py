"""metrics.json as figures of the classifier's accuracy; each has a fixed height."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from ser.charts.bars import Score, error_bars, hover_text, percent_axis, score_bars
from ser.charts.style import ACCENT, LINE, MARKERS, TRACK, plain
from ser.labels import LABELS

if TYPE_CHECKING:
    from ser.page.text import Words

ROW_HEIGHT = 30  # px of a marker and the space to the next
REFERENCE = "#887c7f"  # colour of scores that are not the classifier's
MAX_NAMES = 30  # actors whose names have room below their bars


def protocols(words: Words, metrics: Mapping) -> go.Figure:
    """Draw UA by protocol, compared with guessing and human listeners."""
    results = metrics["protocols"]
    guessing = Score(words.GUESSING, 1 / len(results["actors"]["per_class_recall"]))
    scores, colours = [guessing], [REFERENCE]
    for corpus, result in results.get("cross_corpus", {}).items():
        corpus_name, unknown = words.corpus_name(corpus), result["unknown_speaker"]
        name = f"{words.PROTOCOLS['cross_corpus'][0]}: {corpus_name}"
        scores.append(Score(name, unknown["ua"], unknown["ci95"]))
        colours.append(ACCENT)
        if listeners := result.get("human_listeners"):
            scores.append(Score(f"{words.LISTENERS}: {corpus_name}", listeners["ua"]))
            colours.append(REFERENCE)
    for condition, result in results.get("rooms", {}).items():
        if name := words.CONDITIONS.get(condition):
            scores.append(Score(name, result["ua"]))
            colours.append(ACCENT)
    for protocol in ("actors", "random"):
        scores.append(Score(words.PROTOCOLS[protocol][0], results[protocol]["ua"]))
        colours.append(ACCENT)
    return score_bars(words, scores, colours)


def confusion_matrix(words: Words, counts: Sequence[Sequence[int]]) -> go.Figure:
    """Draw the confusion matrix of the emotions that occur: acted in rows, predicted in columns.

    counts: clips, shape (len(LABELS), len(LABELS)).
    """
    counts = np.array(counts)
    occurring = np.flatnonzero(counts.any(axis=0) | counts.any(axis=1))
    counts = counts[np.ix_(occurring, occurring)]
    names = [words.EMOTIONS[LABELS[index]] for index in occurring]
    totals = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    fractions = counts / totals
    hover_texts = [
        [
            f"{words.ACTED}: {acted}<br>{words.PREDICTED}: {predicted}<br>"
            f"{words.counted(int(counts[row, column]), int(totals[row, 0]))}"
            for column, predicted in enumerate(names)
        ]
        for row, acted in enumerate(names)
    ]
    texts = [[words.percent(value) if value else "" for value in row] for row in fractions]
    for index, recall in enumerate(np.diag(fractions)):
        texts[index][index] = f"<b>{words.percent(recall)}</b>"
    figure = go.Figure(
        go.Heatmap(
            z=fractions,
            x=names,
            y=names,
            text=texts,
            texttemplate="%{text}",
            textfont_size=11,
            customdata=hover_texts,
            hovertemplate="%{customdata}<extra></extra>",
            colorscale=[[0, "rgba(99, 102, 241, 0.04)"], [1, "rgba(99, 102, 241, 0.85)"]],
            zmin=0,
            zmax=1,
            showscale=False,
            xgap=2,
            ygap=2,
        )
    )
    figure.update_xaxes(side="top", tickangle=-40, fixedrange=True, ticks="", showgrid=False)
    figure.update_yaxes(
        autorange="reversed", fixedrange=True, ticks="", showgrid=False, automargin=True
    )
    figure.update_layout(height=400, margin={"l": 4, "r": 34, "t": 74, "b": 4})
    return plain(figure)


def recalls(words: Words, recall: Mapping[str, float]) -> go.Figure:
    """Draw the recall of each emotion, in the emotions' colours."""
    scores = [Score(words.EMOTIONS[label], value) for label, value in recall.items()]
    return score_bars(words, scores, [MARKERS[label].colour for label in recall])


def actors(words: Words, accuracy: Mapping[str, float]) -> go.Figure:
    """Draw the accuracy for each actor in ascending order."""
    names = sorted(accuracy, key=accuracy.get)
    labelled = names if len(names) <= MAX_NAMES else []
    figure = go.Figure(
        go.Bar(
            x=list(range(len(names))),
            y=[accuracy[name] for name in names],
            marker_color=ACCENT,
            text=[f"{words.person(name, '')}: {words.percent(accuracy[name])}" for name in names],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    )
    figure.update_xaxes(
        tickvals=list(range(len(labelled))),
        ticktext=labelled,
        tickangle=-90,
        tickfont_size=11,
        ticks="",
        showgrid=False,
        fixedrange=True,
    )
    figure.update_yaxes(**percent_axis(words), ticks="")
    figure.update_layout(height=260, margin={"l": 44, "r": 4, "t": 8, "b": 26}, bargap=0.3)
    return plain(figure)


def speaker_groups(words: Words, corpora: Mapping[str, Mapping]) -> go.Figure:
    """Draw UA for groups of speakers as markers with 95 % confidence intervals."""
    scores = [
        Score(
            f"{words.corpus_name(corpus)}: {words.SPEAKER_GROUPS.get(name, name)}",
            score["ua"],
            score["ci95"],
        )
        for corpus, result in corpora.items()
        for groups in result["groups"].values()
        for name, score in sorted(groups.items(), key=_group_order(words))
        if len(groups) > 1
    ]
    names, values, intervals = zip(*scores, strict=True)
    figure = go.Figure(
        go.Scatter(
            x=values,
            y=names,
            mode="markers",
            marker={"color": ACCENT, "size": 10},
            error_x=error_bars(values, intervals),
            text=[hover_text(words, score) for score in scores],
            hovertemplate="%{text}<extra></extra>",
        )
    )
    ticks = np.arange(0.1, 1, 0.1)
    figure.update_xaxes(
        tickvals=ticks,
        ticktext=[words.percent(tick) for tick in ticks],
        range=[np.min(intervals) - 0.03, np.max(intervals) + 0.03],
        gridcolor=TRACK,
        zeroline=False,
        fixedrange=True,
    )
    figure.update_yaxes(
        autorange="reversed",
        showgrid=False,
        ticks="",
        tickfont_size=14,
        automargin=True,
        fixedrange=True,
    )
    figure.update_layout(
        height=ROW_HEIGHT * len(scores) + 40, margin={"l": 8, "r": 12, "t": 4, "b": 28}
    )
    return plain(figure)


def reliability(words: Words, bins: Mapping[str, Sequence[float]]) -> go.Figure:
    """Draw the reliability diagram: accuracy over confidence, compared with the diagonal.

    bins: `confidence`, `accuracy` and `count`, a number for each bin; empty bins are left out.
    """
    columns = np.transpose([bins["confidence"], bins["accuracy"], bins["count"]])
    confidence, accuracy, count = columns[columns[:, 2] > 0].T
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": LINE, "dash": "dot"}, hoverinfo="skip"
    )
    figure.add_scatter(
        x=confidence,
        y=accuracy,
        mode="lines+markers",
        line={"color": ACCENT, "width": 2},
        # Sizes are diameters: a point's area grows with its number of recordings.
        marker={"color": ACCENT, "size": 6 + 16 * np.sqrt(count / count.max())},
        text=[
            f"{words.CONFIDENCE}: {words.percent(x)}<br>{words.ACCURACY}: {words.percent(y)}<br>"
            f"{words.counted(round(y * n), round(n))}"
            for x, y, n in zip(confidence, accuracy, count, strict=True)
        ],
        hovertemplate="%{text}<extra></extra>",
    )
    figure.update_yaxes(**percent_axis(words), ticks="")
    figure.update_xaxes(**percent_axis(words), title=words.CONFIDENCE)
    figure.update_layout(height=340, margin={"l": 44, "r": 8, "t": 8, "b": 46})
    return plain(figure)


def _group_order(words: Words) -> Callable[[tuple[str, Mapping]], int]:
    names = list(words.SPEAKER_GROUPS)
    return lambda group: names.index(group[0]) if group[0] in names else len(names)
