"""The errors a user can cause. Everything else that goes wrong is a bug."""


class SerError(Exception):
    """Says what was found, what is needed and what to do; shown to the user word for word.

    kind, values: by what other languages than English say it; errors have them that a visitor of
    the page can meet. Values are numbers and strings.
    """

    def __init__(self, message: str, kind: str = "", **values: float | str):
        super().__init__(message)
        self.kind, self.values = kind, values
