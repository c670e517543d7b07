"""Serve the page: `python app.py`. GRADIO_SERVER_NAME and GRADIO_SERVER_PORT set the address."""

import sys

from ser.errors import SerError
from ser.page import LAUNCH, build
from ser.recognizer import Recognizer

if __name__ == "__main__":
    try:
        demo = build(Recognizer.load())
    except SerError as error:
        sys.exit(str(error))
    demo.launch(**LAUNCH)
