"""Phones and devices: the order is shown, and the shop is paid. Pure."""

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


class NotForReselling(PurposeRefused):
    """Bought to be sold for cash."""

    code = "NOT_FOR_RESELLING"
    message = gettext_noop("This loan pays what you use yourself, not what is sold again for cash.")
    advice = gettext_noop("If you need cash, look at the loan for daily life; it may be cheaper.")
    article = PERSONAL_LOANS


SCENE = Scene(
    code="DIGITAL",
    evidence=(gettext_noop("The order of the shop, with its number and sum"),),
    consent=SCENE_PURCHASE,
    questions=(
        number(gettext_noop("Number of the order")),
        TOTAL,
        Question("resells", Kind.YES_NO, gettext_noop("I will sell it again for cash")),
    ),
    rules=(
        Rule(NotForReselling, lambda wish, _: not wish.facts["resells"], of="resells"),
        WITH_ITS_DOCUMENT,
        WITHIN_THE_ORDER,
    ),
    words=Words(proof=gettext_noop("order"), payee=gettext_noop("shop")),
)
