"""The session store: Django's table, with every payload sealed by the platform's key.

Signing in keeps a phone number and a code in the session, so a readable table would give both to
whoever reads a dump of it.
"""

import logging
from typing import Any

from cryptography.fernet import InvalidToken
from django.contrib.sessions.backends import db
from django.db import connection

from common import clock
from common.crypto import keys

_MARK = "s1$"
_LIVE = "SELECT session_data FROM django_session WHERE session_key = %s AND expire_date > %s"

logger = logging.getLogger("django.security.SuspiciousSession")


class SessionStore(db.SessionStore):
    """Sessions in the database; a payload that cannot be opened is an empty session."""

    def load(self) -> dict[str, Any]:
        """In plain SQL, because every request of a person asks."""
        with connection.cursor() as cursor:
            cursor.execute(_LIVE, [self.session_key, clock.now()])
            found = cursor.fetchone()
        if found is None:
            self._session_key = None
            return {}
        return self.decode(found[0])

    def encode(self, session_dict: dict[str, Any]) -> str:
        payload = self.serializer().dumps(session_dict)
        return _MARK + _secret().fernet.encrypt_at_time(payload, 0).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        text = session_data.decode() if isinstance(session_data, bytes) else session_data
        try:
            payload = _secret().fernet.decrypt(text.removeprefix(_MARK).encode())
        except InvalidToken:
            logger.warning("session.unreadable")
            return {}
        opened: dict[str, Any] = self.serializer().loads(payload)
        return opened


def _secret() -> keys.Secret:
    return keys.platform_secret("session")
