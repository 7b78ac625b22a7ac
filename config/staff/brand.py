"""What the staff site looks like: mark, colours, and the badge of a demonstration."""

from copy import deepcopy

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.translation import gettext
from unfold.settings import CONFIG_DEFAULTS

# The greens of static/css/tokens.css as unfold's two ramps; 600 is the button and the link.
COLOURS = {
    "primary": {
        "50": "#eff8f4",
        "100": "#e2f1eb",
        "200": "#bfe2d6",
        "300": "#8fcdb9",
        "400": "#53c2a5",
        "500": "#38a88b",
        "600": "#0b6a57",
        "700": "#075142",
        "800": "#06443a",
        "900": "#05372f",
        "950": "#03231e",
    },
    "base": {
        "50": "#f5f7f4",
        "100": "#ecf1ed",
        "200": "#dce4df",
        "300": "#c2cec7",
        "400": "#93a59c",
        "500": "#5b6d65",
        "600": "#43534c",
        "700": "#324039",
        "800": "#222f29",
        "900": "#161f1b",
        "950": "#0e1412",
    },
}


def colours(_request: HttpRequest) -> dict[str, dict[str, str]]:
    """Our ramps beside unfold's own rule for text; a copy, because unfold rewrites what it gets."""
    return deepcopy({"font": CONFIG_DEFAULTS["COLORS"]["font"], **COLOURS})


def mark(_request: HttpRequest) -> str:
    """The mark, in the sidebar and in the browser's tab."""
    return static("img/mark.svg")


def style(_request: HttpRequest) -> str:
    """What we add to unfold's own style, on every staff page."""
    return static("css/staff.css")


def environment(_request: HttpRequest) -> list[str] | None:
    """The badge that nobody takes a demonstration for the real thing."""
    return [gettext("Demo"), "warning"] if settings.DEMONSTRATION else None
