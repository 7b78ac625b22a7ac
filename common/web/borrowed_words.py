"""Sentences of libraries whose own Chinese is missing or wrong for our people.

Django looks into our catalogue first; naming the sentences here keeps them in it.
"""

from common.texts import gettext_noop

ALLAUTH = (
    gettext_noop("Enter a phone number including country code (e.g. +1 for the US)."),
    gettext_noop("Incorrect code."),
    gettext_noop("Too many failed login attempts. Try again later."),
)
# The button under a staff page leads back to the list; it ends nothing.
UNFOLD = (gettext_noop("Close"),)
