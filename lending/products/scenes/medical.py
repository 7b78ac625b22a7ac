"""Medical care: the sum of the invoice and nothing else of it; the clinic is paid. Pure.

What the care was for is not asked, not kept and no feature; of cosmetic surgery only that it is.
"""

from borrowers.consent.purposes import SCENE_MEDICAL
from common.texts import gettext_noop
from lending.products.scenes.common_rules import TOTAL, WITHIN_THE_ORDER, number
from lending.products.scenes.contracts import Kind, PurposeRefused, Question, Rule, Scene, Words

HEALTH = gettext_noop("Personal Information Protection Law, art. 28 and 29: separate consent")
COSMETIC = gettext_noop("Eight authorities, guidance on medical cosmetology, 2023: no such loans")


class MedicalNeedsConsent(PurposeRefused):
    """An invoice tells of health; it needs a consent of its own."""

    code = "MEDICAL_NEEDS_CONSENT"
    message = gettext_noop("We may use the sum of your invoice only if you agree to it separately.")
    advice = gettext_noop("Agree to it, or choose a loan that asks for no purpose.")
    article = HEALTH


class CosmeticRefused(PurposeRefused):
    """Cosmetic surgery is never financed."""

    code = "COSMETIC_REFUSED"
    message = gettext_noop("Cosmetic surgery may not be paid by this loan.")
    advice = gettext_noop("Loans for medical care pay treatment that a doctor prescribed.")
    article = COSMETIC


SCENE = Scene(
    code="MEDICAL",
    evidence=(gettext_noop("The number and the sum of the invoice; no diagnosis, no paper"),),
    consent=SCENE_MEDICAL,
    questions=(
        number(gettext_noop("Number of the invoice")),
        TOTAL,
        Question("is_cosmetic", Kind.YES_NO, gettext_noop("It is for cosmetic surgery")),
    ),
    rules=(
        Rule(MedicalNeedsConsent, lambda wish, _: SCENE_MEDICAL in wish.consents),
        Rule(CosmeticRefused, lambda wish, _: not wish.facts["is_cosmetic"], of="is_cosmetic"),
        WITHIN_THE_ORDER,
    ),
    words=Words(proof=gettext_noop("invoice"), payee=gettext_noop("clinic")),
)
