"""Serve the page: `python app.py`.

GRADIO_SERVER_NAME and GRADIO_SERVER_PORT set the address, SER_ARTIFACTS the folder of artifacts.
"""

import os
import sys

from ser import artifacts
from ser.errors import SerError
from ser.page import LAUNCH, build, guard
from ser.recognizer import Recognizer

if __name__ == "__main__":
    try:
        recognizer = Recognizer.load(os.environ.get("SER_ARTIFACTS", artifacts.FOLDER))
    except SerError as error:
        sys.exit(str(error))
    demo = build(recognizer)
    demo.launch(**LAUNCH, app_kwargs=guard.options(recognizer.version))
