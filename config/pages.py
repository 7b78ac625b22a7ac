"""What every page needs from settings."""

from django.conf import settings
from django.http import HttpRequest


def site(_request: HttpRequest) -> dict[str, object]:
    """Template context: whether this is a demonstration."""
    return {"demonstration": settings.DEMONSTRATION}
