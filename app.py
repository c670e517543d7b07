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
    parent = os.environ.get("GRADIO_TEMP_DIR")
    # Gradio keeps uploads here, see `ser.page.server.uploads`; no other user may read them.
    uploads = folders.private(folders.RECORDINGS, Path(parent) if parent else None)
    os.environ["GRADIO_TEMP_DIR"] = str(uploads)
    # Before anything that imports torch, see `ser.page.server.zerogpu`.
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
