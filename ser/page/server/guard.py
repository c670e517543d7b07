"""ASGI middleware that allows only the requests that the page needs.

Gradio's server does much more than this page uses: it fetches URLs on request, runs functions
without queueing, serves monitoring. Here all of that is rejected, files have to be uploaded, and
every response has security headers.
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
from ser.page.server.language import BELOW_ROOT, Language
from ser.page.text import LANGUAGES, Words, preferred_language

# Those that the page and gradio_client request.
ALLOWED_ROUTES = re.compile(
    rf"/({'|'.join(BELOW_ROOT)}|config|health|theme\.css|favicon\.ico|robots\.txt|manifest\.json)?/?"
    r"|/(assets|static|svelte)/.*"
    r"|/gradio_api/(info|startup-events|upload|upload_progress|cancel|reset|theme\.css)/?"
    r"|/gradio_api/(queue|call|heartbeat|stream)/.*"
    r"|/gradio_api/run/predict"  # what is not queued
    r"|/gradio_api/file=/.*",
    re.DOTALL,
)
# What gradio wants all of, in order; clients of earlier versions leave out the last ones.
PARAMETERS = {
    "/gradio_api/call/predict": ("recording", "same_speaker", "profile"),
    "/gradio_api/call/timeline": ("recording", "n_speakers"),
}
MAX_REQUEST_BYTES = 2**20  # except uploads
# Scripts and styles are inline, and gradio compiles some. Spaces show the page in a frame.
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
    """Return the `app_kwargs` for gradio's `launch`: the middleware and the route `/health`.

    version: of the model, as `/health` returns it.
    """

    def health(request: Request) -> JSONResponse:
        return JSONResponse({"ready": True, "model": version})

    return {
        "routes": [Route("/health", health)],
        "middleware": [Middleware(Guard), Middleware(Language)],
        "openapi_url": None,
    }


class Guard:
    """ASGI middleware that serves `ALLOWED_ROUTES` only and adds `HEADERS` to all responses."""

    def __init__(self, app: Callable[..., Awaitable[None]]):
        self.app = app

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Pass an allowed request on; answer any other."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_with_headers(message: dict) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers.update(HEADERS)
                if scope["path"].startswith("/gradio_api/"):
                    headers["Cache-Control"] = "no-store"
            await send(message)

        try:
            await self._answer(scope, receive, send_with_headers)
        except Exception:
            log.exception("the page could not answer a request")
            if not started:
                apology = PlainTextResponse(_words(scope).APOLOGY, 500)
                await apology(scope, receive, send_with_headers)

    async def _answer(self, scope: dict, receive: Callable, send: Callable) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        rejection, words = None, _words(scope)
        if not ALLOWED_ROUTES.fullmatch(path):
            rejection = PlainTextResponse(words.NO_SUCH_PAGE, 404)
        elif scope["method"] == "POST" and not path.startswith("/gradio_api/upload"):
            body = await _body(Request(scope, receive))
            if body is None:
                rejection = JSONResponse({"detail": words.TOO_MUCH}, 413)
            else:
                session, files, body = _check_files(body, len(PARAMETERS.get(path.rstrip("/"), ())))
                if isinstance(session, str):
                    uploads.register(session, files)
            receive = _replay(body, receive)
        await (rejection or self.app)(scope, receive, send)


def _words(scope: dict) -> Words:
    """Return the texts in the language that the browser prefers."""
    return LANGUAGES[preferred_language(Request(scope).headers.get("Accept-Language", ""))]


async def _body(request: Request) -> bytes | None:
    """Return the body of a request; None if it is too large."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_REQUEST_BYTES:
            return None
    return bytes(body)


def _replay(body: bytes | None, receive: Callable) -> Callable:
    """Return a `receive` that first returns the body that was already read."""
    messages = [{"type": "http.request", "body": body or b"", "more_body": False}]

    async def replay() -> dict:
        return messages.pop() if messages else await receive()

    return replay


def _check_files(body: bytes, n_parameters: int) -> tuple[object, list[Path], bytes]:
    """Return a request's session, the uploads it refers to, and its body without other files.

    Any other file, which may be a URL that gradio would fetch, is replaced by its name;
    `ser.page.tabs.recorder` then explains what is needed. Parameters that lack at the end are null.
    """
    try:
        request = json.loads(body)
    except (ValueError, RecursionError):
        return None, [], body  # Gradio rejects it.
    files, changed = [], False
    pending = [(request, key) for key in _keys(request)]
    while pending:
        parent, key = pending.pop()
        value = parent[key]
        if isinstance(value, dict) and {"path", "meta"} <= value.keys():
            if uploads.is_upload(value["path"]):
                files.append(Path(value["path"]))
                continue
            parent[key], changed = str(value["path"]), True
        else:
            pending += [(value, key) for key in _keys(value)]
    session = request.get("session_hash") if isinstance(request, dict) else None
    data = request.get("data") if isinstance(request, dict) else None
    if isinstance(data, list) and len(data) < n_parameters:
        data += [None] * (n_parameters - len(data))
        changed = True
    return session, files, json.dumps(request).encode() if changed else body


def _keys(value: object) -> Iterable:
    """Return the keys or indices of a JSON value that is a container."""
    if isinstance(value, list):
        return range(len(value))
    return list(value) if isinstance(value, dict) else ()
