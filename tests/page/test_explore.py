"""The Explore tab as a visitor uses it: colours, filters, clicks, keys and sounds."""

import gradio as gr
import numpy as np
import pytest
from driver import ALLOWED, ROOT, TIMEOUT, choose_tab, figure, launch, photograph, serve
from many_points import POINTS
from playwright.sync_api import expect

from ser import artifacts
from ser.page.tabs import explore, original_recordings
from ser.page.text import ENGLISH as words

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
BLOCKS = ("#explore-controls", "#explore-legend", "#explore-map", "#explore-chosen")


@pytest.fixture(scope="module")
def app(ravdess):
    """The page where RAVDESS's recordings are, if they are at hand."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SER_RAVDESS", str(ravdess or ROOT / "nowhere"))
        with serve() as served:
            yield served


def open_tab(page, url, name=words.EXPLORE):
    page.set_default_timeout(TIMEOUT * 1000)
    page.goto(url)
    choose_tab(page, name)


def drawn(page, clips):
    """Wait until the map shows so many clips; return its traces of clips."""
    page.wait_for_function(
        """clips => {
            const traces = document.querySelector("#explore-map .js-plotly-plot")?._fullData;
            return traces?.slice(0, -2).reduce((sum, { x }) => sum + x.length, 0) === clips;
        }""",
        arg=clips,
    )
    traces = page.evaluate(
        "document.querySelector('#explore-map .js-plotly-plot')._fullData.length - 2"
    )
    return figure(page, "explore-map")[:traces]


def choose(page, label, option):
    page.get_by_label(label, exact=True).click()
    page.get_by_role("option", name=option, exact=True).click()


def click_a_point(page):
    """Click the first point that no other one covers."""
    place = page.evaluate(
        """() => {
            const points = [...document.querySelectorAll("#explore-map .trace .point")];
            const middles = points.map((point) => {
                const { x, y, width, height } = point.getBoundingClientRect();
                return [x + width / 2, y + height / 2];
            });
            return middles.find(([x, y]) => middles.every(
                ([u, v]) => (u === x && v === y) || Math.hypot(u - x, v - y) > 12));
        }"""
    )
    page.mouse.move(*place)
    # Plotly passes on a click only where it has found the point below the pointer.
    expect(page.locator("#explore-map .hoverlayer .hovertext")).to_be_visible()
    page.mouse.click(*place)


def test_colours_filters_and_a_click(app, new_page, recognizer, ravdess):
    embedding_map = recognizer.embedding_map
    page = new_page(viewport=DESKTOP)
    open_tab(page, app.url)
    assert [trace["name"] for trace in drawn(page, 1440)] == list(words.EMOTIONS.values())
    expect(page.locator("#explore-legend")).to_contain_text(words.map_of(1440, 1440))

    choose(page, words.COLOUR_BY, words.COLOURS["right"])
    expect(page.locator("#explore-legend li")).to_have_count(2)
    right, wrong = drawn(page, 1440)
    metrics = recognizer.metrics["protocols"]["actors"]
    assert len(right["x"]) / 1440 == pytest.approx(metrics["wa"])
    assert (right["name"], wrong["name"]) == tuple(words.GROUPS["right"].values())

    choose(page, words.SHOW_ACTOR, words.person(13, ""))
    drawn(page, 60)
    accuracy = words.overall_accuracy(metrics["per_actor"]["13"])
    expect(page.locator("#explore-legend")).to_contain_text(accuracy)
    choose(page, words.SHOW_EMOTION, words.EMOTIONS["sad"])
    shown = (embedding_map.actors == 13) & (embedding_map.emotions == "sad")
    drawn(page, int(shown.sum()))

    before = [page.locator(block).bounding_box() for block in BLOCKS]
    click_a_point(page)
    name = page.locator("#explore-chosen .name")
    expect(name).to_be_visible()
    row = embedding_map.names.tolist().index(name.inner_text())
    assert shown[row]
    expect(page.locator("#explore-chosen li")).to_have_count(5)
    edges, selected = figure(page, "explore-map")[-2:]
    marked = embedding_map.positions[[row, *embedding_map.nearest(row)]]
    assert np.transpose([selected["x"], selected["y"]]) == pytest.approx(marked, abs=1e-4)
    assert len(edges["x"]) == 15
    assert [page.locator(block).bounding_box() for block in BLOCKS] == before
    if ravdess:
        expect(page.locator("#explore-player .play-pause-button")).to_be_visible()
        # The samples are sent; the path of their file is not.
        assert "shared" not in page.locator("#explore-player").inner_html()
    else:
        expect(page.locator("#explore-chosen .hint")).to_have_text(words.NO_ORIGINALS)

    # The selected clip stays marked when the map is drawn again.
    choose(page, words.COLOUR_BY, words.COLOURS["sex"])
    page.wait_for_function(
        """name => document.querySelector("#explore-map .js-plotly-plot")
            ?._fullData[0].name === name""",
        arg=words.GROUPS["sex"]["male"],
    )
    expect(page.locator("#explore-map .trace").last.locator(".point")).to_have_count(6)


def test_by_keyboard(app, new_page, recognizer):
    page = new_page(viewport=DESKTOP)
    open_tab(page, app.url)
    drawn(page, 1440)
    page.get_by_label(words.BY_NAME).focus()
    page.keyboard.type("03-01-05-02-01-01-12")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    name = page.locator("#explore-chosen .name")
    expect(name).to_have_text("03-01-05-02-01-01-12")
    row = recognizer.embedding_map.names.tolist().index("03-01-05-02-01-01-12")
    nearest = recognizer.embedding_map.clip(recognizer.embedding_map.nearest(row)[0])
    page.locator("#explore-chosen button").first.focus()
    page.keyboard.press("Enter")
    expect(name).to_have_text(nearest.name)


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["1280x800", "390x844"])
def test_looks(app, new_page, size):
    page = new_page(viewport=size)
    open_tab(page, app.url)
    drawn(page, 1440)
    name = f"{size['width']}x{size['height']}"
    photograph(page, f"explore-{name}")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    choose_tab(page, words.QUALITY)
    page.wait_for_selector("#quality-people .js-plotly-plot .point", state="attached")
    photograph(page, f"quality-{name}")
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]


@pytest.mark.long
def test_a_hundred_thousand_points_are_drawn(playwright, new_page, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    program = ROOT / "tests" / "page" / "many_points.py"
    with serve(program) as app, launch(playwright, *ALLOWED, "--enable-unsafe-swiftshader") as gl:
        page = new_page(gl, viewport=DESKTOP)
        open_tab(page, app.url, "second")
        traces = drawn(page, POINTS)
        assert len(traces) == len(words.EMOTIONS)
        # Colours that are on the canvas, not only in the figure's data.
        page.wait_for_function(
            """() => [...document.querySelectorAll("#explore-map canvas")].some((canvas) => {
                const copy = document.createElement("canvas");
                [copy.width, copy.height] = [canvas.width, canvas.height];
                const context = copy.getContext("2d");
                context.drawImage(canvas, 0, 0);
                const { data } = context.getImageData(0, 0, copy.width, copy.height);
                return data.filter((value, at) => at % 4 === 3 && value).length > 10000;
            })"""
        )


@pytest.fixture
def functions(recognizer):
    with gr.Blocks(analytics_enabled=False) as page, gr.Tab("tab") as tab:
        explore.build(words, recognizer, tab)
    return {event.name: event.fn for event in page.fns.values()}


@pytest.mark.parametrize("row", [-1, 1440, None, "0", 1.5, {"path": "/etc/passwd"}])
def test_what_is_no_row_of_the_map_is_ignored(functions, row):
    event = gr.EventData(None, {"row": row})
    assert functions["select_clicked"](event) == (gr.skip(), gr.skip())


def test_no_clip_of_both_filters(functions):
    legend, figure, by_name = functions["draw"]("emotion", "sad", "nobody")
    assert words.NOTHING_SHOWN in legend
    assert len(figure.data) == 2 and by_name.choices == []


def test_only_recordings_of_the_map_are_found(tmp_path, monkeypatch, speech):
    inside = tmp_path / "data" / "Actor_01"
    inside.mkdir(parents=True)
    name = "03-01-01-01-01-01-01"
    for path in (inside / f"{name}.wav", inside / "private.wav"):
        path.write_bytes(speech.read_bytes())
    monkeypatch.setenv("SER_RAVDESS", str(tmp_path / "data"))
    found = original_recordings.find([name, "../outside", "03-01-01-01-01-01-02"])
    assert found == {name: inside / f"{name}.wav"}
    sampling_rate, samples = original_recordings.read(found[name])
    assert sampling_rate == 48_000 and samples.shape[0] > sampling_rate
    monkeypatch.setenv("SER_RAVDESS", str(tmp_path / "none"))
    assert original_recordings.find([name]) == {}


def test_every_clip_has_out_of_fold_probabilities(recognizer):
    probabilities = np.load(artifacts.FOLDER / artifacts.OUT_OF_FOLD)
    assert np.array_equal(recognizer.out_of_fold_probabilities, probabilities)
    assert probabilities.shape == (len(recognizer.embedding_map.names), 8)
    assert probabilities.sum(axis=1) == pytest.approx(1, abs=1e-4)
