"""metrics.json -> figures of how good the answers are.

`words` is the page's table of words in one language; see ser/charts.py, whose looks these are.
All shares are fractions 0-1; each figure has a fixed height.
"""

import numpy as np
import plotly.graph_objects as go

from ser.charts.bars import LINE, TRACK, bars, caption, interval, shares_up, whiskers
from ser.charts.probabilities import MARKERS, plain
from ser.labels import LABELS

ROW = 30  # px of a bar or line and the space to the next
INK = "#6366f1"  # of what concerns no emotion


def protocols(words, metrics: dict) -> go.Figure:
    """Draw how often answers are right by protocol, beside guessing and human listeners."""
    measured = metrics["protocols"]
    emotions = len(measured["actors"]["per_class_recall"])
    rows = [(words.GUESSING, 1 / emotions, None)]
    for corpus, result in measured.get("cross_corpus", {}).items():
        name = words.named(corpus)
        rows.append(
            (f"{words.PROTOCOLS['cross_corpus'][0]}: {name}", *interval(result["unknown_speaker"]))
        )
        if crowd := result.get("human_listeners"):
            rows.append((f"{words.LISTENERS}: {name}", crowd["ua"], None))
    rows += [
        (words.PROTOCOLS[each][0], measured[each]["ua"], None) for each in ("actors", "random")
    ]
    people = [name.startswith((words.GUESSING, words.LISTENERS)) for name, *_ in rows]
    return bars(words, rows, ["#887c7f" if other else INK for other in people])


def confusion(words, counts: list[list[int]]) -> go.Figure:
    """Draw what was heard (columns) where what was acted (rows); emotions that occur.

    counts: clips, shape (8, 8).
    """
    counts = np.array(counts)
    occur = [row for row in range(len(LABELS)) if counts[row].any() or counts[:, row].any()]
    counts = counts[np.ix_(occur, occur)]
    names = [words.EMOTIONS[LABELS[row]] for row in occur]
    totals = np.maximum(counts.sum(axis=1, keepdims=True), 1)
    shares = counts / totals
    told = [
        [
            f"{words.ACTED}: {acted}<br>{words.HEARD}: {heard}<br>"
            f"{words.counted(int(counts[row, column]), int(totals[row, 0]))}"
            for column, heard in enumerate(names)
        ]
        for row, acted in enumerate(names)
    ]
    written = [[words.percent(share) if share else "" for share in row] for row in shares]
    for row, share in enumerate(np.diag(shares)):
        written[row][row] = f"<b>{words.percent(share)}</b>"
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=names,
            y=names,
            text=written,
            texttemplate="%{text}",
            textfont_size=11,
            customdata=told,
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


def recalls(words, shares: dict[str, float]) -> go.Figure:
    """Draw how much of each emotion is recognised, in the emotions' colours."""
    rows = [(words.EMOTIONS[label], share, None) for label, share in shares.items()]
    return bars(words, rows, [MARKERS[label].colour for label in shares])


def actors(words, right: dict[str, float]) -> go.Figure:
    """Draw the share of right answers for each actor, from the least to the most."""
    names = sorted(right, key=right.get)
    shares = [right[name] for name in names]
    figure = go.Figure(
        go.Bar(
            x=list(range(len(names))),
            y=shares,
            marker_color=INK,
            text=[f"{words.person(name, '')}: {words.percent(right[name])}" for name in names],
            textposition="none",
            hovertemplate="%{text}<extra></extra>",
        )
    )
    figure.update_xaxes(
        tickvals=list(range(len(names))) if len(names) <= 30 else [],
        ticktext=names if len(names) <= 30 else [],
        tickangle=-90,
        tickfont_size=11,
        ticks="",
        showgrid=False,
        fixedrange=True,
    )
    shares_up(figure, words)
    figure.update_layout(height=260, margin={"l": 44, "r": 4, "t": 8, "b": 26}, bargap=0.3)
    return plain(figure)


def people(words, corpora: dict[str, dict]) -> go.Figure:
    """Draw the share of right answers for groups of people with 95 % intervals, as lines."""
    rows = [
        (f"{words.named(corpus)}: {words.PEOPLE_GROUPS.get(name, name)}", *interval(score))
        for corpus, result in corpora.items()
        for groups in result["groups"].values()
        for name, score in sorted(groups.items(), key=_order(words))
        if len(groups) > 1
    ]
    names, shares, intervals = zip(*rows, strict=True)
    figure = go.Figure(
        go.Scatter(
            x=shares,
            y=names,
            mode="markers",
            marker={"color": INK, "size": 10},
            error_x=whiskers(shares, intervals),
            text=[caption(words, *row) for row in rows],
            hovertemplate="%{text}<extra></extra>",
        )
    )
    low, high = (limit(intervals, axis=None) for limit in (np.min, np.max))
    figure.update_xaxes(
        tickvals=(ticks := np.arange(0.1, 1, 0.1)),
        ticktext=[words.percent(tick) for tick in ticks],
        range=[low - 0.03, high + 0.03],
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
    height = ROW * len(rows) + 40
    return plain(figure.update_layout(height=height, margin={"l": 8, "r": 12, "t": 4, "b": 28}))


def reliability(words, measured: dict) -> go.Figure:
    """Draw how often answers were right (up) by how sure they were (across), beside the diagonal.

    measured: `confidence`, `accuracy` and `count`, a number for each bin; empty bins have count 0.
    """
    bins = zip(measured["confidence"], measured["accuracy"], measured["count"], strict=True)
    sure, right, count = np.transpose([each for each in bins if each[2]])
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": LINE, "dash": "dot"}, hoverinfo="skip"
    )
    told = [
        f"{words.SURENESS}: {words.percent(x)}<br>{words.RIGHTNESS}: {words.percent(y)}<br>"
        f"{words.counted(round(y * n), round(n))}"
        for x, y, n in zip(sure, right, count, strict=True)
    ]
    figure.add_scatter(
        x=sure,
        y=right,
        mode="lines+markers",
        line={"color": INK, "width": 2},
        # Area shows how many recordings a point stands for.
        marker={"color": INK, "size": 6 + 16 * np.sqrt(count / count.max())},
        text=told,
        hovertemplate="%{text}<extra></extra>",
    )
    shares_up(figure, words)
    figure.update_xaxes(
        title=words.SURENESS,
        tickvals=[0, 0.25, 0.5, 0.75, 1],
        ticktext=[words.percent(tick) for tick in (0, 0.25, 0.5, 0.75, 1)],
        range=[0, 1.04],
        gridcolor=TRACK,
        zeroline=False,
        fixedrange=True,
    )
    figure.update_layout(height=340, margin={"l": 44, "r": 8, "t": 8, "b": 46})
    return plain(figure)


def _order(words):
    known = list(words.PEOPLE_GROUPS)
    return lambda group: known.index(group[0]) if group[0] in known else len(known)
