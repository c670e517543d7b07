"""What the outside may ask of the page: what it needs, and nothing dangerous in it.

Gradio's server does much more than this page uses: it fetches addresses for those who ask, runs
functions without queueing, records monitors. Here all of that is closed, files can only be given
by uploading them, and every answer carries headers that keep a browser from being misused.
"""

import json
import logging
import re
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route

from ser.page.server import uploads
from ser.page.server.language import OTHERS, Language
from ser.page.text import LANGUAGES, preferred

# What the browser and gradio_client ask for.
ALLOWED_ROUTES = re.compile(
    rf"/({'|'.join(OTHERS)}|config|health|theme\.css|favicon\.ico|robots\.txt|manifest\.json)?/?"
    r"|/(assets|static|svelte)/.*"
    r"|/gradio_api/(info|startup-events|upload|upload_progress|cancel|reset|theme\.css)/?"
    r"|/gradio_api/(queue|call|heartbeat|stream)/.*"
    r"|/gradio_api/run/predict"  # of what never queues
    r"|/gradio_api/file=/.*",
    re.DOTALL,
)
LARGEST_REQUEST = 2**20  # bytes, apart from uploads
# Scripts and styles stand in the page itself, and gradio compiles some. Spaces show it in a frame.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "media-src 'self' data: blob:; connect-src 'self' data: blob:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; form-action 'self'; "
    "frame-ancestors 'self' https://huggingface.co https://*.hf.space"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), payment=(), usb=()",
}

log = logging.getLogger(__name__)


def options(version: str) -> dict:
    """Return what gradio's `launch` takes as `app_kwargs`: the guard, and `/health`.

    version: of the model, which `/health` names.
    """

    def health(request: Request) -> JSONResponse:
        return JSONResponse({"ready": True, "model": version})

    return {
        "routes": [Route("/health", health)],
        "middleware": [Middleware(Guard), Middleware(Language)],
        "openapi_url": None,
    }


class Guard:
    """ASGI middleware that serves `ALLOWED_ROUTES` only, and adds `HEADERS` to all answers."""

    def __init__(self, app: Callable[..., Awaitable[None]]):
        self.app = app

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Answer a request, or have it answered."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = False

        async def send_with_headers(message: dict) -> None:
            nonlocal began
            if message["type"] == "http.response.start":
                began = True
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if scope["path"].startswith("/gradio_api/"):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        try:
            await self._answer(scope, receive, send_with_headers)
        except Exception:
            log.exception("the page could not answer a request")
            if not began:
                sorry = PlainTextResponse(_words(scope).APOLOGY, 500)
                await sorry(scope, receive, send_with_headers)

    async def _answer(self, scope: dict, receive: Callable, send: Callable) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        refusal, words = None, _words(scope)
        if not ALLOWED_ROUTES.fullmatch(path):
            refusal = PlainTextResponse(words.NO_SUCH_PAGE, 404)
        elif scope["method"] == "POST" and not path.startswith("/gradio_api/upload"):
            body = await _body(Request(scope, receive))
            if body is None:
                refusal = JSONResponse({"detail": words.TOO_MUCH}, 413)
            else:
                session, files, body = _asked(body)
                if isinstance(session, str):
                    uploads.note(session, files)
            receive = _again(body, receive)
        await (refusal or self.app)(scope, receive, send)


def _words(scope: dict):
    """Return the words of the language that a request's browser prefers."""
    return LANGUAGES[preferred(Request(scope).headers.get("Accept-Language", ""))]


async def _body(request: Request) -> bytes | None:
    """Return the body of a request, None if it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_REQUEST:
            return None
    return bytes(body)


def _again(body: bytes | None, receive: Callable) -> Callable:
    """Return a `receive` that gives the body that was read once more, then what follows it."""
    messages = [{"type": "http.request", "body": body or b"", "more_body": False}]

    async def receive_again() -> dict:
        return messages.pop() if messages else await receive()

    return receive_again


def _asked(body: bytes) -> tuple[object, list[Path], bytes]:
    """Return which session a request is of, the uploaded files it speaks of, and what to answer.

    Of every other file, which may be an address that gradio would fetch, nothing but its name is
    left in the request; ser/page/recorder.py explains what is needed.
    """
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        return None, [], body  # It is gradio's to refuse.
    files, others = [], 0
    waiting = [(request, key) for key in _keys(request)]
    while waiting:
        parent, key = waiting.pop()
        value = parent[key]
        if isinstance(value, dict) and {"path", "meta"} <= value.keys():
            if uploads.uploaded(value["path"]):
                files.append(Path(value["path"]))
                continue
            parent[key], others = str(value["path"]), others + 1
        else:
            waiting += [(value, key) for key in _keys(value)]
    session = request.get("session_hash") if isinstance(request, dict) else None
    return session, files, json.dumps(request).encode() if others else body


def _keys(value: object) -> Iterable:
    """Return the keys or indices below which a JSON value holds others."""
    if isinstance(value, list):
        return range(len(value))
    return list(value) if isinstance(value, dict) else ()
