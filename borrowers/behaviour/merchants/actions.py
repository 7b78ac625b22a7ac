"""Changing the merchant table: each change is a version, and no version ever changes.

New events are read by the newest version. What was imported before keeps its category.
"""

from collections.abc import Iterable, Mapping

from django.db import connection

from borrowers.behaviour.merchants.naming import Key, Rule, changes, is_sound
from borrowers.behaviour.merchants.queries import active
from borrowers.behaviour.models import MerchantRule, MerchantVersion
from common.actors import Actor
from common.audit import actions as audit
from common.errors import Refused
from common.texts import gettext_noop
from common.transactions import durable

# One writer at a time; readers never wait.
MERCHANTS_LOCK = 7_306_004
ROWS_AT_ONCE = 1_000


class MerchantRuleRefused(Refused):
    """A rule that could say nothing right of anybody."""

    code = "MERCHANT_RULE_REFUSED"
    message = gettext_noop("This line cannot stand in the merchant table.")
    advice = gettext_noop("Give a name of two to eighty characters and a category of merchants.")
    status = 400


class MerchantTableMoved(Refused):
    """Somebody else changed the table after it was looked at."""

    code = "MERCHANT_TABLE_MOVED"
    message = gettext_noop("Somebody has changed the merchant table meanwhile.")
    advice = gettext_noop("Look at your file again beside the table as it is now.")


@durable
def replace(*, rules: Iterable[Rule], seen: int, by: Actor) -> int:
    """Make these the table, all of them, if it still is the version that was `seen`.

    The same table again is no version. Returns the version that stands.
    Raises MerchantTableMoved, MerchantRuleRefused.
    """
    _lock()
    if active().version != seen:
        raise MerchantTableMoved
    return _write({rule.key: rule for rule in rules}, by)


@durable
def put(*, rule: Rule, by: Actor) -> int:
    """Add a rule, or change the one of this name. Raises MerchantRuleRefused."""
    _lock()
    return _write({**active().rules, rule.key: rule}, by)


@durable
def remove(*, key: Key, by: Actor) -> int:
    """Take a rule out; one that is not there changes nothing."""
    _lock()
    return _write({each: rule for each, rule in active().rules.items() if each != key}, by)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MERCHANTS_LOCK])


def _write(after: Mapping[Key, Rule], by: Actor) -> int:
    """The difference as one version."""
    book = active()
    found = changes(book.rules, after)
    if not all(is_sound(rule) for rule in found.said):
        raise MerchantRuleRefused
    if not found.said and not found.removed:
        return book.version
    version = MerchantVersion.objects.create(
        made_by_id=by.account_id,
        rules=len(after),
        added=found.added,
        changed=found.changed,
        removed=len(found.removed),
    )
    gone = {rule.key for rule in found.removed}
    MerchantRule.objects.bulk_create(
        [_row(version, rule, is_gone=rule.key in gone) for rule in (*found.said, *found.removed)],
        batch_size=ROWS_AT_ONCE,
    )
    audit.append(
        action="borrowers.merchants.changed",
        subject=f"merchants:{version.public_id}",
        by=by,
        facts={"added": version.added, "changed": version.changed, "removed": version.removed},
    )
    return version.pk


def _row(version: MerchantVersion, rule: Rule, *, is_gone: bool) -> MerchantRule:
    return MerchantRule(
        version=version,
        name=rule.name,
        is_prefix=rule.is_prefix,
        category=None if is_gone else rule.category,
        place=rule.place,
    )
