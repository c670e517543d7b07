"""Clients of the API, shown on the page and in README; a test runs each as it is shown."""

ADDRESS = "http://127.0.0.1:7860"  # where `make app` serves; the page shows its own

PYTHON = f"""\
from gradio_client import Client, handle_file

client = Client("{ADDRESS}")
answer = client.predict(handle_file("voice.wav"), api_name="/predict")
print(answer["label"], answer["probabilities"])"""

CURL = f"""\
PAGE={ADDRESS}/gradio_api
FILE=$(curl -s -F files=@voice.wav $PAGE/upload | cut -d '"' -f 2)
DATA='{{"data": [{{"path": "'$FILE'", "meta": {{"_type": "gradio.FileData"}}}}, false]}}'
ASKED=$(curl -s -H 'Content-Type: application/json' -d "$DATA" $PAGE/call/predict | cut -d '"' -f 4)
curl -s $PAGE/call/predict/$ASKED"""
