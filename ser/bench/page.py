"""Time the page as a visitor sees it, in a browser with the running app.

Answer: from pressing Stop after 4 s to the sentence, the bars and the voice on the map. Live: from
the moment the first sound of a chunk reaches the browser to the bars of that chunk, so that the
half second in which a chunk is collected counts in full.
"""

import statistics
import tempfile
from pathlib import Path

import numpy as np
from tqdm import tqdm

from ser.audio import loading
from ser.audio.clip import SAMPLING_RATE
from ser.bench.browser import ALLOWED, TIMEOUT, chromium, microphone, serve, visit, visit_live
from ser.bench.systems import DURATION, wav
from ser.errors import SerError

VOICE = Path(__file__).parents[1] / "page" / "static" / "examples" / "slow.flac"
ROUNDS = 9  # recordings, after one that is not counted
LIVE = 15.0  # s that visitors are live
CONCURRENT = 3  # visitors live at once
GOALS = {"answer": 1.0, "live": 0.8, "concurrent": 1.5}  # s, on two idle cores

# Presses Stop and returns the seconds to the drawn answer.
_ANSWER = """async (timeout) => {
    const drawn = () => document.querySelector("#answer .verdict")
        && document.querySelector("#map .scatterlayer .textpoint"); // the voice's label
    const begin = performance.now();
    document.querySelector("#recording .stop-button").click();
    const seconds = () => (performance.now() - begin) / 1000;
    while (!drawn() && seconds() < timeout) await new Promise(requestAnimationFrame);
    return seconds();
}"""

# Notes the duration and the start of each chunk by the name that the server gives it, in seconds.
# Of chunks that arrive while one is analysed gradio keeps only the latest, so counting chunks would
# mislead.
NOTE_CHUNKS = """(() => {
    window.chunks = {};
    const send = window.fetch;
    window.fetch = async (address, options) => {
        const sent = performance.now() / 1000;
        if (String(address).includes("/upload") && options?.body instanceof FormData) {
            const file = [...options.body.values()].find(part => part instanceof Blob);
            const header = new DataView(await file.slice(0, 44).arrayBuffer());
            const seconds = (file.size - 44) / header.getUint32(28, true);
            const response = await send(address, options);
            const [path] = await response.clone().json();
            window.chunks[path.split("/").at(-2)] = {seconds, began: sent - seconds};
            return response;
        }
        return send(address, options);
    };
})()"""

# Notes the lag of each answer in seconds, from the start of its chunk.
_NOTE_ANSWERS = """() => {
    window.lags = [];
    new MutationObserver(([{target}]) => requestAnimationFrame(() => {
        const {began} = window.chunks[target.dataset.chunk];
        window.lags.push(performance.now() / 1000 - began);
    })).observe(document.querySelector("#live-moment"), {
        subtree: true, attributeFilter: ["data-chunk"],
    });
}"""


def measure() -> dict:
    """Serve the page and time it.

    Returns:
        `seconds`, medians: `answer`, `live` with one visitor and `concurrent` with CONCURRENT;
        and `updates`, how often a live visitor's bars were drawn per second.

    Raises:
        SerError: Playwright or Chromium is missing, or the page does not start or answer.
    """
    with tempfile.TemporaryDirectory() as folder:
        voice = Path(folder) / "voice.wav"
        voice.write_bytes(speech())
        with chromium(*ALLOWED, microphone(voice)) as browser, serve() as app:
            answers = time_answers(browser, app.url, ROUNDS)
            alone = time_live(browser, app.url, 1, LIVE)
            concurrent = time_live(browser, app.url, CONCURRENT, LIVE)
    return {
        "seconds": {
            name: statistics.median(values)
            for name, values in (("answer", answers), ("live", alone), ("concurrent", concurrent))
        },
        "updates": {
            "live": len(alone) / LIVE,
            "concurrent": len(concurrent) / CONCURRENT / LIVE,
        },
    }


def table(measured: dict) -> None:
    """Print the medians and their goals."""
    names = {
        "answer": f"end of a {DURATION} s recording to the drawn answer",
        "live": "Live: sound to the bars",
        "concurrent": f"Live with {CONCURRENT} visitors at once",
    }
    for key, name in names.items():
        seconds, goal = measured["seconds"][key], GOALS[key]
        kept = "kept" if seconds < goal else "missed"
        print(f"{name:<48}{seconds:>6.2f} s   goal {goal:.1f} s: {kept}")
    updates = measured["updates"]
    print(
        f"Bars drawn {updates['live']:.1f} times a second, "
        f"{updates['concurrent']:.1f} with {CONCURRENT} visitors."
    )


def speech() -> bytes:
    """Return a wav file with DURATION of a synthetic voice, in which a voice is detected."""
    return wav(np.resize(loading.decode(VOICE), int(DURATION * SAMPLING_RATE)))


def time_answers(browser, url: str, rounds: int) -> list[float]:
    """Record `rounds` + 1 times; return the seconds to each answer but the first."""
    page = browser.new_page()
    visit(page, url)
    seconds = []
    for _ in tqdm(range(rounds + 1), desc="Recording", unit="answer"):
        page.locator("#recording .record-button").click()
        page.wait_for_selector("#recording .stop-button:visible")
        page.wait_for_timeout(1000 * DURATION)
        seconds.append(page.evaluate(_ANSWER, TIMEOUT))
        if seconds[-1] > TIMEOUT:
            raise SerError(f"The page gave no answer within {TIMEOUT} s.")
        page.get_by_label("Clear").first.click()
        page.wait_for_selector("#answer .waiting", state="attached")
    page.close()
    return seconds[1:]


def time_live(browser, url: str, visitors: int, seconds: float) -> list[float]:
    """Open the Live tab for several visitors at once; return the lags of all their answers.

    Raises:
        SerError: a visitor's bars never moved.
    """
    pages = [browser.new_context().new_page() for _ in range(visitors)]
    for page in pages:
        page.add_init_script(NOTE_CHUNKS)
        visit_live(page, url)
    for page in pages:
        page.evaluate(_NOTE_ANSWERS)
        page.locator("#live-sound .record-button").click()
    for page in tqdm(pages, desc=f"Live, {visitors} at once", unit="visitor"):
        page.wait_for_selector("#live.moving")
    # Lags while other visitors started are not counted.
    for page in pages:
        page.evaluate("window.lags.length = 0")
    pages[0].wait_for_timeout(1000 * seconds)
    lags = [page.evaluate("window.lags") for page in pages]
    for page in pages:
        page.context.close()
    if not all(lags):
        raise SerError("A live visitor was not answered. Look at the page, and try again.")
    return [lag for visitor in lags for lag in visitor]
