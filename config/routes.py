"""Who may open which address: the declared table, and the gate that closes what is not in it.

Every door decides for itself who may come in; this table says what it should have decided, and a
test asks every door as everybody. An address that is not declared, or declared as closed, answers
404: packages bring more pages than we want.
"""

from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver


class Role(StrEnum):
    """Everybody is one of these."""

    ANONYMOUS = "ANONYMOUS"
    BORROWER = "BORROWER"
    OFFICER = "OFFICER"
    ADMINISTRATOR = "ADMINISTRATOR"
    PARTNER = "PARTNER"  # another company's machine, which signs what it sends


OPEN = frozenset({Role.ANONYMOUS, Role.BORROWER, Role.OFFICER, Role.ADMINISTRATOR})
SIGNED_IN = OPEN - {Role.ANONYMOUS}
BORROWERS = frozenset({Role.BORROWER})
STAFF = frozenset({Role.OFFICER, Role.ADMINISTRATOR})
PARTNERS = frozenset({Role.PARTNER})
CLOSED: frozenset[Role] = frozenset()

PAGES: Mapping[str, frozenset[Role]] = {
    "": OPEN,
    "healthz": OPEN,
    "readyz": OPEN,
    "favicon.ico": OPEN,
    "i18n/setlang/": OPEN,
    "demo/outbox/": OPEN,
    "demo/gallery/": OPEN,
    "home/": BORROWERS,
    "identity/": BORROWERS,
    "consents/": BORROWERS,
    "consents/<str:purpose>/grant/": BORROWERS,
    "consents/<str:purpose>/withdraw/": BORROWERS,
    "records/": BORROWERS,
    "records/summary/": BORROWERS,
    "records/lines/": BORROWERS,
    "records/lines/<str:key>/": BORROWERS,
    "records/bills/<slug:public_id>/": BORROWERS,
    "records/uploads/<slug:public_id>/": BORROWERS,
    "messages/": BORROWERS,
    "privacy/": BORROWERS,
    "privacy/fairness/": BORROWERS,
    "apply/": BORROWERS,
    "apply/<slug:product_code>/": BORROWERS,
    "applications/<slug:public_id>/": BORROWERS,
    "applications/<slug:public_id>/purpose/": BORROWERS,
    "applications/<slug:public_id>/proof/": BORROWERS,
    "applications/<slug:public_id>/submit/": BORROWERS,
    "applications/<slug:public_id>/deciding/": BORROWERS,
    "applications/<slug:public_id>/figures/": BORROWERS,
    "applications/<slug:public_id>/withdraw/": BORROWERS,
    "applications/<slug:public_id>/person/": BORROWERS,
    "applications/<slug:public_id>/change/": BORROWERS,
    "applications/<slug:public_id>/accept/": BORROWERS,
    "applications/<slug:public_id>/cost/confirm/": BORROWERS,
    "applications/<slug:public_id>/contract.pdf": BORROWERS,
    "applications/<slug:public_id>/sign/": BORROWERS,
    "loans/": BORROWERS,
    "loans/<slug:public_id>/": BORROWERS,
    "loans/<slug:public_id>/pay/": BORROWERS,
    "loans/<slug:public_id>/payoff/": BORROWERS,
    "loans/<slug:public_id>/early/": BORROWERS,
    "loans/<slug:public_id>/give-back/": BORROWERS,
    "loans/<slug:public_id>/requests/": BORROWERS,
    "loans/<slug:public_id>/waive/": BORROWERS,
    "loans/<slug:public_id>/automatic/": BORROWERS,
    "loans/<slug:public_id>/automatic/withdraw/": BORROWERS,
    "loans/<slug:public_id>/due-dates.ics": BORROWERS,
    "loans/<slug:public_id>/contract.pdf": BORROWERS,
    "loans/<slug:public_id>/certificate.pdf": BORROWERS,
    "loans/<slug:public_id>/statement/": BORROWERS,
    "loans/<slug:public_id>/statement.pdf": BORROWERS,
    "statements/": BORROWERS,
    "papers/verify/": BORROWERS,
    "loans/<slug:public_id>/repayments/<slug:out_trade_no>/": BORROWERS,
    "rewards/": BORROWERS,
    "rewards/<slug:public_id>/return/": BORROWERS,
    "rewards/<slug:public_id>/code/": BORROWERS,
    "privacy/my-records/": BORROWERS,
}

API: Mapping[str, frozenset[Role]] = {
    "api/v1/schema": OPEN,
    "api/v1/products": OPEN,
    "api/v1/merchants": OPEN,
    "api/v1/quotes": OPEN,
    "api/v1/me": BORROWERS,
    "api/v1/identity": BORROWERS,
    "api/v1/consents": BORROWERS,
    "api/v1/consents/<str:purpose>/withdraw": BORROWERS,
    "api/v1/fairness-answer": BORROWERS,
    "api/v1/bills": BORROWERS,
    "api/v1/bills/<slug:public_id>": BORROWERS,
    "api/v1/uploads/<slug:public_id>": BORROWERS,
    "api/v1/records": BORROWERS,
    "api/v1/behaviour-events": BORROWERS | PARTNERS,
    "api/v1/behaviour-summary": BORROWERS,
    "api/v1/messages": BORROWERS,
    "api/v1/messages/read": BORROWERS,
    "api/v1/line": BORROWERS,
    "api/v1/applications": BORROWERS,
    "api/v1/applications/<slug:public_id>": BORROWERS,
    "api/v1/applications/<slug:public_id>/evidence": BORROWERS,
    "api/v1/applications/<slug:public_id>/purpose": BORROWERS,
    "api/v1/applications/<slug:public_id>/figures": BORROWERS,
    "api/v1/applications/<slug:public_id>/submit": BORROWERS,
    "api/v1/applications/<slug:public_id>/offer/change": BORROWERS,
    "api/v1/applications/<slug:public_id>/accept": BORROWERS,
    "api/v1/applications/<slug:public_id>/cost": BORROWERS,
    "api/v1/applications/<slug:public_id>/contract.pdf": BORROWERS,
    "api/v1/applications/<slug:public_id>/sign": BORROWERS,
    "api/v1/applications/<slug:public_id>/withdraw": BORROWERS,
    "api/v1/applications/<slug:public_id>/review-request": BORROWERS,
    "api/v1/loans": BORROWERS,
    "api/v1/loans/<slug:public_id>": BORROWERS,
    "api/v1/loans/<slug:public_id>/schedule": BORROWERS,
    "api/v1/loans/<slug:public_id>/contract.pdf": BORROWERS,
    "api/v1/loans/<slug:public_id>/certificate.pdf": BORROWERS,
    "api/v1/loans/<slug:public_id>/due-dates.ics": BORROWERS,
    "api/v1/loans/<slug:public_id>/statement": BORROWERS,
    "api/v1/loans/<slug:public_id>/statement.pdf": BORROWERS,
    "api/v1/statements": BORROWERS,
    "api/v1/loans/<slug:public_id>/repayments": BORROWERS,
    "api/v1/loans/<slug:public_id>/repayments/<slug:number>": BORROWERS,
    "api/v1/loans/<slug:public_id>/payoff-quote": BORROWERS,
    "api/v1/loans/<slug:public_id>/payoff": BORROWERS,
    "api/v1/loans/<slug:public_id>/close": BORROWERS,
    "api/v1/loans/<slug:public_id>/withdrawal": BORROWERS,
    "api/v1/loans/<slug:public_id>/early-quote": BORROWERS,
    "api/v1/loans/<slug:public_id>/early-payments": BORROWERS,
    "api/v1/loans/<slug:public_id>/late-fee-waivers": BORROWERS,
    "api/v1/loans/<slug:public_id>/requests": BORROWERS,
    "api/v1/loans/<slug:public_id>/requests/<slug:number>/take-back": BORROWERS,
    "api/v1/loans/<slug:public_id>/mandates": BORROWERS,
    "api/v1/loans/<slug:public_id>/mandates/text": BORROWERS,
    "api/v1/rewards": BORROWERS,
    "api/v1/rewards/redeem": BORROWERS,
    "api/v1/rewards/<slug:public_id>/return": BORROWERS,
    "api/v1/rewards/<slug:public_id>/code": BORROWERS,
    "webhooks/sandbox-bank": PARTNERS,
    "webhooks/wechat-pay": PARTNERS,
    "webhooks/alipay": PARTNERS,
}

# allauth's pages, and the same for mobile clients. What deals with e-mail is closed: an address
# would stand unsealed in a table of the package. Passwords are for staff, and set by the platform.
SIGN_IN: Mapping[str, frozenset[Role]] = {
    "accounts/login/": OPEN,
    "accounts/login/code/": OPEN,
    "accounts/login/code/confirm/": OPEN,
    "accounts/signup/": OPEN,
    "accounts/phone/verify/": OPEN,
    "accounts/inactive/": OPEN,
    "accounts/logout/": OPEN,
    "accounts/phone/change/": SIGNED_IN,
    "accounts/reauthenticate/": CLOSED,
    "accounts/email/": CLOSED,
    "accounts/confirm-email/": CLOSED,
    r"accounts/confirm-email/(?P<key>[-:\w]+)/$": CLOSED,
    "accounts/password/change/": CLOSED,
    "accounts/password/set/": CLOSED,
    "accounts/password/reset/": CLOSED,
    "accounts/password/reset/done/": CLOSED,
    "accounts/password/reset/key/done/": CLOSED,
    r"accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": CLOSED,
    "_allauth/app/v1/config": OPEN,
    "_allauth/app/v1/auth/session": OPEN,
    "_allauth/app/v1/auth/signup": OPEN,
    "_allauth/app/v1/auth/phone/verify": OPEN,
    "_allauth/app/v1/auth/phone/verify/resend": OPEN,
    "_allauth/app/v1/auth/code/request": OPEN,
    "_allauth/app/v1/auth/code/confirm": OPEN,
    "_allauth/app/v1/auth/code/resend": OPEN,
    "_allauth/app/v1/account/phone": SIGNED_IN,
    "_allauth/app/v1/auth/reauthenticate": CLOSED,
    "_allauth/app/v1/auth/login": CLOSED,
    "_allauth/app/v1/auth/password/request": CLOSED,
    "_allauth/app/v1/auth/password/reset": CLOSED,
    "_allauth/app/v1/auth/email/verify": CLOSED,
    "_allauth/app/v1/auth/email/verify/resend": CLOSED,
    "_allauth/app/v1/account/password/change": CLOSED,
    "_allauth/app/v1/account/email": CLOSED,
    "_allauth/app/v1/tokens/refresh": CLOSED,
}

DECLARED: Mapping[str, frozenset[Role]] = {**PAGES, **API, **SIGN_IN}
# The longest prefix that fits decides.
PREFIXES: Mapping[str, frozenset[Role]] = {"admin/": STAFF, "admin/account/": CLOSED}


def who_may_open(route: str) -> frozenset[Role] | None:
    """The roles for whom the route is there; None where nobody has declared it."""
    if route in DECLARED:
        return DECLARED[route]
    fitting = [prefix for prefix in PREFIXES if route.startswith(prefix)]
    return PREFIXES[max(fitting, key=len)] if fitting else None


def every_route() -> Iterator[str]:
    """Every route of the resolver, written as `request.resolver_match.route` writes it."""
    yield from _below(get_resolver(), "")


def _below(resolver: URLResolver, before: str) -> Iterator[str]:
    for each in resolver.url_patterns:
        own = str(each.pattern)
        route = before + (own.removeprefix("^") if before else own)
        if isinstance(each, URLPattern):
            yield route
        else:
            yield from _below(each, route)


class Gate:
    """Middleware: an address that is closed, or that nobody declared, is not there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        """Called by Django when the route is known."""
        match = request.resolver_match
        if match is None or not who_may_open(match.route):
            raise Http404
