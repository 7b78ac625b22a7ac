"""Who is asking: the account's own borrower, and nobody else's things."""

from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.views import APIView

from borrowers.people.contracts import BorrowerCard
from borrowers.people.queries import borrower_of
from common.actors import Actor


class IsBorrower(IsAuthenticated):
    """Signed in, with a borrower behind the account; staff have none."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return super().has_permission(request, view) and _card(request) is not None


def card_of(request: Request) -> BorrowerCard:
    """The borrower behind a request that `IsBorrower` let through."""
    card = _card(request)
    assert card is not None
    return card


def acting(card: BorrowerCard) -> Actor:
    """The borrower doing something themselves."""
    return Actor(kind="BORROWER", account_id=card.account_id)


def _card(request: Request) -> BorrowerCard | None:
    """Looked up once a request: the permission and the view mean the same person."""
    assert request.user.pk is not None
    known = vars(request)
    if "borrower_card" not in known:
        known["borrower_card"] = borrower_of(request.user.pk)
    card: BorrowerCard | None = known["borrower_card"]
    return card
