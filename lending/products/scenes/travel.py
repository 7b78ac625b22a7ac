"""A journey: the booking is shown, and whoever took it is paid. Pure."""

from datetime import date

from borrowers.consent.purposes import SCENE_PURCHASE
from common.texts import gettext_noop
from lending.products.scenes.common_rules import (
    PERSONAL_LOANS,
    TOTAL,
    WITH_ITS_DOCUMENT,
    WITHIN_THE_ORDER,
    number,
)
from lending.products.scenes.contracts import Kind, PurposeRefused, Question, Rule, Scene, Words


class JourneyBegun(PurposeRefused):
    """The journey lies behind."""

    code = "JOURNEY_BEGUN"
    message = gettext_noop("This journey has begun or is over.")
    advice = gettext_noop("A loan for a journey is asked for before it begins.")
    article = PERSONAL_LOANS


SCENE = Scene(
    code="TRAVEL",
    evidence=(gettext_noop("The booking, with its number, sum and first day"),),
    consent=SCENE_PURCHASE,
    questions=(
        number(gettext_noop("Number of the booking")),
        TOTAL,
        Question("starts_on", Kind.DAY, gettext_noop("When does the journey begin?")),
    ),
    rules=(
        Rule(
            JourneyBegun,
            lambda wish, _: date.fromisoformat(wish.facts["starts_on"]) > wish.on,
            of="starts_on",
        ),
        WITH_ITS_DOCUMENT,
        WITHIN_THE_ORDER,
    ),
    words=Words(proof=gettext_noop("booking"), payee=gettext_noop("travel agency")),
)
