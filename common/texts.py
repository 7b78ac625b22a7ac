"""Marking words for translation where Django is not imported."""


def gettext_noop(message: str) -> str:
    """Mark `message` for the catalogues; the doors translate it when it is shown."""
    return message
