"""The language of the page: the browser's, until the visitor switches.

The page is built once for each language, English at the root and others below it, each from its
own table of texts: labels, sentences and figures are right from the start, and nothing has to be
stored about a visitor. Gradio's `I18n` would translate labels only, and by the browser's language
only.
"""

from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse

from ser.page.text import ENGLISH, LANGUAGES, Words, preferred_language

ROOT = "en"  # the language at the root
BELOW_ROOT = {name: words for name, words in LANGUAGES.items() if name != ROOT}  # at /name
PARAMETER = "lang"  # with it in the query, the root does not redirect

# Gradio's own texts follow the browser's language, which this sets to the page's.
_SCRIPT = (
    "<head><script>Object.defineProperty(navigator, 'language', "
    "{value: document.documentElement.lang})</script>"
)


def language_links(words: Words) -> str:
    """Return the links from the page in one language to the page in the others, as HTML."""
    addresses = {ROOT: f"./?{PARAMETER}={ROOT}"} | {name: name for name in BELOW_ROOT}
    return "".join(
        f'<a class="language" href="{addresses[name]}" lang="{name}" hreflang="{name}" '
        f'title="{linked.SWITCH}">{linked.LANGUAGE}</a>'
        for name, linked in LANGUAGES.items()
        if linked is not words
    )


class Language:
    """ASGI middleware that redirects from the root and declares the language of each page."""

    def __init__(self, app: Callable):
        self.app = app

    async def __call__(self, scope: dict, receive: Callable, send: Callable) -> None:
        """Answer a request for a page; pass any other on."""
        page = scope["path"].removeprefix(scope.get("root_path", "")).strip("/")
        if scope.get("method") != "GET" or page not in ("", *BELOW_ROOT):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        preferred = preferred_language(request.headers.get("Accept-Language", ""))
        if not page and preferred != ROOT and PARAMETER not in request.query_params:
            query = request.url.query
            address = f"{preferred}?{query}" if query else preferred
            headers = {"Vary": "Accept-Language"}
            await RedirectResponse(address, 302, headers)(scope, receive, send)
            return
        start: dict = {}

        async def send_translated(message: dict) -> None:
            if message["type"] == "http.response.start":
                start.update(message)  # Its length is not known yet.
                return
            html = _translated(message["body"].decode(), page or ROOT)
            headers = MutableHeaders(scope=start)
            headers["Content-Length"], headers["Vary"] = str(len(html)), "Accept-Language"
            await send(start)
            await send(message | {"body": html})

        await self.app(scope, receive, send_translated)


def _translated(html: str, language: str) -> bytes:
    """Return gradio's page, which declares itself English, with its true language and title."""
    html = html.replace('lang="en"', f'lang="{language}"', 1).replace("<head>", _SCRIPT, 1)
    return html.replace(ENGLISH.TITLE, LANGUAGES[language].TITLE).encode()
