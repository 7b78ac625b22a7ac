"""`/healthz`: the process answers. `/readyz`: it can serve people."""

from functools import cache

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from common.crypto import keys


@never_cache
@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Alive: says nothing of the services behind."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Ready: database, schema and keys. The broker is not asked: without it we still accept."""
    has_database = _has_database()
    checks = {
        "database": has_database,
        "schema": has_database and _has_schema(),
        "keys": _has_keys(),
    }
    ready = all(checks.values())
    return JsonResponse(
        {"status": "ok" if ready else "not ready"} | checks, status=200 if ready else 503
    )


def _has_database() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _has_schema() -> bool:
    """Every migration is applied. Once that is so, it is not asked again."""
    return not _unapplied() or not _unapplied.__wrapped__()


@cache
def _unapplied() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _has_keys() -> bool:
    """The database of keys answers, and the configured keys are those that filled it."""
    try:
        keys.prove()
    except (keys.DecryptError, DatabaseError):
        return False
    return True
