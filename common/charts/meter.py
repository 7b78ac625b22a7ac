"""A level bar for a share between nothing and all; the words beside it say what it means."""

from django.utils.html import format_html
from django.utils.safestring import SafeString

from common.rates import PPM

WIDTH = 400
HEIGHT = 8


def meter(share_ppm: int, *, look: str = "fill-first") -> SafeString:
    """`share_ppm` of the width filled. Hidden from screen readers, which read the words instead.

    A share outside nothing and all is drawn at the nearer end.
    """
    filled = WIDTH * min(max(share_ppm, 0), PPM) // PPM
    return format_html(
        '<svg class="meter" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="meter-track" width="{}" height="{}"/>'
        '<rect class="{}" width="{}" height="{}"/></svg>',
        WIDTH,
        HEIGHT,
        WIDTH,
        HEIGHT,
        look,
        filled,
        HEIGHT,
    )
