"""Who may open a borrower's page: the borrower, signed in."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from borrowers.people.contracts import BorrowerCard
from borrowers.people.queries import borrower_of
from common.actors import Actor

Given = ParamSpec("Given")
Page = Callable[Concatenate[HttpRequest, BorrowerCard, Given], HttpResponse]


def borrower_page(page: Page[Given]) -> Callable[..., HttpResponse]:
    """Hand the page the borrower behind the session; staff go to their workbench."""

    @login_required
    @wraps(page)
    def opened(request: HttpRequest, *args: Given.args, **kwargs: Given.kwargs) -> HttpResponse:
        assert request.user.pk is not None
        card = borrower_of(request.user.pk)
        if card is None:
            return redirect("admin:index")
        return page(request, card, *args, **kwargs)

    return opened


def acting(card: BorrowerCard) -> Actor:
    """The borrower doing something themselves."""
    return Actor(kind="BORROWER", account_id=card.account_id)
