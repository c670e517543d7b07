"""Which language a visitor gets: the browser's, until the switch says another.

The page exists once in every language, English at the root and others below it, each built from
its own table of words: whatever is said, in a label, a sentence or a figure, is right from the
start, and nothing has to be remembered of a visitor. Gradio's `I18n` would translate labels only,
by the browser's language only.
"""

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse

from ser.page.text import ENGLISH, LANGUAGES, preferred

ROOT = "en"  # the language at the root
OTHERS = {name: words for name, words in LANGUAGES.items() if name != ROOT}
CHOSEN = "lang"  # in the address of the root: nobody is sent on from there

# Gradio's own words follow the browser, which this tells what the page speaks.
_SCRIPT = (
    "<head><script>Object.defineProperty(navigator, 'language', "
    "{value: document.documentElement.lang})</script>"
)


def switch(words) -> str:
    """Return the links from the page in one language to the page in the others, as HTML."""
    addresses = {ROOT: f"./?{CHOSEN}={ROOT}"} | {name: name for name in OTHERS}
    return "".join(
        f'<a class="language" href="{addresses[name]}" lang="{name}" hreflang="{name}" '
        f'title="{other.SWITCH}">{other.LANGUAGE}</a>'
        for name, other in LANGUAGES.items()
        if other is not words
    )


class Language:
    """ASGI middleware: sends a visitor of the root on, and tells a browser what a page speaks."""

    def __init__(self, app: Callable):
        self.app = app

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Answer a request for a page; leave any other as it is."""
        page = scope["path"].removeprefix(scope.get("root_path", "")).strip("/")
        if scope.get("method") != "GET" or page not in ("", *OTHERS):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        wanted = preferred(request.headers.get("Accept-Language", ""))
        if not page and wanted != ROOT and CHOSEN not in request.query_params:
            query = request.url.query
            address = f"{wanted}?{query}" if query else wanted
            headers = {"Vary": "Accept-Language"}
            await RedirectResponse(address, 302, headers)(scope, receive, send)
            return
        start: dict = {}

        async def send_told(message: dict) -> None:
            if message["type"] == "http.response.start":
                start.update(message)  # Its length is not known yet.
                return
            html = _told(message["body"].decode(), page or ROOT)
            headers = MutableHeaders(scope=start)
            headers["Content-Length"], headers["Vary"] = str(len(html)), "Accept-Language"
            await send(start)
            await send(message | {"body": html})

        await self.app(scope, receive, send_told)


def _told(html: str, language: str) -> bytes:
    """Return gradio's page, which says that it is English, in the language in which it is."""
    html = html.replace('lang="en"', f'lang="{language}"', 1).replace("<head>", _SCRIPT, 1)
    return html.replace(ENGLISH.TITLE, LANGUAGES[language].TITLE).encode()
