"""Checks over points (DESIGN §5 invariant 11; reliability §5.4, I23 to I30)."""

from collections.abc import Iterator

from django.db import connection

# Each finds what breaks one law; the first column is what is named in the sentence.
_LAWS = {
    "points account {0}: {1}, {2}, {3}": """
SELECT account.id, account.balance, coalesce(entry.points, 0), coalesce(lot.points, 0)
  FROM lending_pointsaccount AS account
  LEFT JOIN (SELECT account_id, sum(points) AS points FROM lending_pointsentry GROUP BY 1) AS entry
    ON entry.account_id = account.id
  LEFT JOIN (SELECT account_id, sum(remaining) AS points FROM lending_pointslot GROUP BY 1) AS lot
    ON lot.account_id = account.id
 WHERE account.balance <> coalesce(entry.points, 0) OR account.balance <> coalesce(lot.points, 0)
 ORDER BY 1""",
    "points account {0}: pending {1}, entries {2}, lots {3}": """
SELECT account.id, account.pending, coalesce(entry.pending, 0), coalesce(lot.points, 0)
  FROM lending_pointsaccount AS account
  LEFT JOIN (SELECT account_id, sum(pending) AS pending
               FROM lending_pointsentry GROUP BY 1) AS entry
    ON entry.account_id = account.id
  LEFT JOIN (SELECT account_id, sum(remaining) AS points FROM lending_pointslot
              WHERE released_on IS NULL GROUP BY 1) AS lot
    ON lot.account_id = account.id
 WHERE account.pending <> coalesce(entry.pending, 0) OR account.pending <> coalesce(lot.points, 0)
 ORDER BY 1""",
    "points account {0}: owed {1}, entries {2}": """
SELECT account.id, account.owed, coalesce(sum(entry.owed), 0)
  FROM lending_pointsaccount AS account
  LEFT JOIN lending_pointsentry AS entry ON entry.account_id = account.id
 GROUP BY 1, 2 HAVING account.owed <> coalesce(sum(entry.owed), 0) ORDER BY 1""",
    "points lot {0}: {1} left, entries {2}": """
SELECT lot.id, lot.remaining, coalesce(sum(entry.points), 0)
  FROM lending_pointslot AS lot LEFT JOIN lending_pointsentry AS entry ON entry.lot_id = lot.id
 GROUP BY 1, 2 HAVING lot.remaining <> coalesce(sum(entry.points), 0) ORDER BY 1""",
    "advantage {0}: cost {1} points, {2} were taken": """
SELECT bought.id, bought.cost_points, coalesce(-sum(entry.points), 0)
  FROM lending_entitlement AS bought
  JOIN lending_pointsentry AS entry ON entry.entitlement_id = bought.id AND entry.kind = 'SPEND'
 GROUP BY 1, 2 HAVING bought.cost_points <> coalesce(-sum(entry.points), 0) ORDER BY 1""",
    "reward programme {0}: cost {1}, lots and purchases {2}": """
SELECT programme.version, programme.cost_fen, coalesce(lot.fen, 0) + coalesce(bought.fen, 0)
  FROM lending_rewardprogramme AS programme
  LEFT JOIN (SELECT programme_id, sum(value_fen - returned_fen) AS fen
               FROM lending_pointslot GROUP BY 1) AS lot ON lot.programme_id = programme.id
  LEFT JOIN (SELECT programme_id, sum(extra_fen) AS fen
               FROM lending_entitlement GROUP BY 1) AS bought ON bought.programme_id = programme.id
 WHERE programme.cost_fen <> coalesce(lot.fen, 0) + coalesce(bought.fen, 0)
    OR programme.cost_fen > programme.budget_fen
 ORDER BY 1""",
    "points in the books: {1} fen, in lots {2}": """
SELECT 0, books.fen, lots.fen FROM
 (SELECT -coalesce(sum(amount_fen), 0) AS fen FROM lending_ledgerposting
   WHERE account_id = '2242') AS books,
 (SELECT coalesce(sum(value_fen * remaining / points), 0) AS fen FROM lending_pointslot) AS lots
 WHERE books.fen <> lots.fen""",
    "coupons and gifts in the books: {1} fen, not settled {2}": """
SELECT 0, books.fen, open.fen FROM
 (SELECT -coalesce(sum(amount_fen), 0) AS fen FROM lending_ledgerposting
   WHERE account_id = '2243') AS books,
 (SELECT coalesce(sum(bought.price_fen), 0) AS fen
    FROM lending_fulfilment AS part JOIN lending_entitlement AS bought
      ON bought.id = part.entitlement_id
    LEFT JOIN lending_partnerstatement AS statement ON statement.id = part.statement_id
   WHERE part.state IN ('ORDERED', 'READY', 'DELIVERED')
     AND statement.state IS DISTINCT FROM 'APPROVED') AS open
 WHERE books.fen <> open.fen""",
}


def breaches() -> Iterator[str]:
    """One sentence for everything that does not add up."""
    for sentence, statement in _LAWS.items():
        with connection.cursor() as cursor:
            cursor.execute(statement)
            for found in cursor.fetchall():
                yield sentence.format(*found)
