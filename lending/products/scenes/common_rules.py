"""Questions and rules that several scenes share. Pure."""

from common.texts import gettext_noop
from lending.products.scenes.contracts import Kind, PurposeRefused, Question, Rule

PERSONAL_LOANS = gettext_noop("Measures on personal loans, 2024, art. 7: a true and stated use")


class AboveTheOrder(PurposeRefused):
    """More than what is bought costs."""

    code = "ABOVE_THE_ORDER"
    message = gettext_noop("You ask for more than what you buy costs.")
    advice = gettext_noop("Ask for at most the sum on the order or contract.")
    article = PERSONAL_LOANS


class ProofOfPurposeMissing(PurposeRefused):
    """The document is not there."""

    code = "PROOF_OF_PURPOSE_MISSING"
    message = gettext_noop("The order, invoice or contract itself is missing.")
    advice = gettext_noop("Upload it as PDF, JPG or PNG, then send the application.")
    article = PERSONAL_LOANS


WITHIN_THE_ORDER = Rule(
    AboveTheOrder,
    lambda wish, _: wish.amount_fen <= int(wish.facts["total_fen"]),
    of="total_fen",
)
WITH_ITS_DOCUMENT = Rule(ProofOfPurposeMissing, lambda wish, _: wish.has_document)

TOTAL = Question("total_fen", Kind.FEN, gettext_noop("What does it cost in all?"))


def number(label: str, hint: str = "") -> Question:
    """The number under which the seller or the register knows it."""
    return Question("number", Kind.TEXT, label, hint)
