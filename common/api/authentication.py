"""Mobile clients carry allauth's session token; without one the answer is 401, not 403."""

from typing import Any

from allauth.headless.contrib.rest_framework.authentication import XSessionTokenAuthentication
from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.base import SessionBase
from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.request import Request

from common.crypto.sessions import SessionStore


class SessionTokens(SessionTokenStrategy):  # type: ignore[misc]  # allauth is untyped
    """allauth's session tokens, looked up by reading the session once instead of twice."""

    def lookup_session(self, session_token: str) -> SessionBase | None:
        """The session of a token; none where it is unknown or over."""
        session = SessionStore(session_token)
        # Reading takes the key off a session that is not there.
        session.get(SESSION_KEY)
        return session if session.session_key else None


class SessionToken(XSessionTokenAuthentication):  # type: ignore[misc]  # allauth is untyped
    """`X-Session-Token`, with the header that makes DRF answer 401."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        """Who is asking; the account's language fills in where the client names none."""
        found: tuple[Any, Any] | None = super().authenticate(request)
        if found and not request.headers.get("Accept-Language"):
            translation.activate(found[0].language or translation.get_language())
        return found

    def authenticate_header(self, _request: Request) -> str:
        return 'X-Session-Token realm="api"'


class SessionTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers by metaclass
    """How the scheme reads in the published schema."""

    target_class = "common.api.authentication.SessionToken"
    name = "sessionToken"

    def get_security_definition(self, _auto_schema: object) -> dict[str, str]:
        return {"type": "apiKey", "in": "header", "name": "X-Session-Token"}
