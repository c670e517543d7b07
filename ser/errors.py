"""The errors a user can cause. Everything else that goes wrong is a bug."""


class SerError(Exception):
    """Says what was found, what is needed and what to do; shown to the user word for word."""
