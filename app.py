"""Serve the page: `python app.py`.

GRADIO_SERVER_NAME and GRADIO_SERVER_PORT set the address, SER_ARTIFACTS the folder of artifacts.
"""

import os
import sys
from pathlib import Path

from ser import console, folders, proxies


def serve() -> int:
    """Load the artifacts, build the page and serve it until it is interrupted."""
    folders.prepare()
    place = os.environ.get("GRADIO_TEMP_DIR")
    # Where ser/page/recordings.py has uploads kept; nobody else may read them.
    uploads = folders.private("ser-recordings", Path(place) if place else None)
    os.environ["GRADIO_TEMP_DIR"] = str(uploads)
    # Before anything that imports torch, see ser/page/zerogpu.py.
    with proxies.bypassed():
        from ser.page import LAUNCH, build
        from ser.page.server import guard
    from ser import artifacts
    from ser.recognizer import Recognizer

    recognizer = Recognizer.load(os.environ.get("SER_ARTIFACTS", artifacts.FOLDER))
    demo = build(recognizer)
    with proxies.bypassed():
        demo.launch(
            **LAUNCH, app_kwargs=guard.options(recognizer.version), prevent_thread_lock=True
        )
    demo.block_thread()
    return 0


if __name__ == "__main__":
    sys.exit(console.run(serve, prints_results=False))
