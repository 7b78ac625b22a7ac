"""Home improvement: the contract with the firm is shown, and the firm is paid. Pure."""

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


class NotForBuyingAHome(PurposeRefused):
    """A consumption loan buys no home and no share of one."""

    code = "NOT_FOR_BUYING_A_HOME"
    message = gettext_noop("This loan may not buy a home or pay the first part of its price.")
    advice = gettext_noop("Ask a bank about a housing loan.")
    article = PERSONAL_LOANS


SCENE = Scene(
    code="RENOVATION",
    evidence=(gettext_noop("The contract with the firm, with its number and sum"),),
    consent=SCENE_PURCHASE,
    questions=(
        number(gettext_noop("Number of the contract")),
        TOTAL,
        Question("buys_home", Kind.YES_NO, gettext_noop("The money also helps to buy the home")),
    ),
    rules=(
        Rule(NotForBuyingAHome, lambda wish, _: not wish.facts["buys_home"], of="buys_home"),
        WITH_ITS_DOCUMENT,
        WITHIN_THE_ORDER,
    ),
    words=Words(proof=gettext_noop("contract with the firm"), payee=gettext_noop("firm")),
)
