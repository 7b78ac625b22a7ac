"""Closings that are killed while they run: night after night, each begun where the last one died.

A round starts a closing of some days, waits until it works, and kills it -9 a random moment later;
meanwhile people borrow and repay, and the monkey goes on. The last closing is let live.
"""

import random
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, timedelta

import psycopg2

from config.services.layout import ROOT
from tests.machinery.running import Platform

MOST_DAYS_A_ROUND = 9
START_SECONDS = 60.0
LOOK_SECONDS = 0.01
# From the first trace of a closing to the blow: some die in the first range, some many days later.
LONGEST_LIFE_SECONDS = 0.6
# What a closing leaves behind as it goes: planned ranges, closed ranges, days.
_TRACES = """
SELECT (SELECT open_on FROM common_businessdate), count(*), count(closed_at)
  FROM lending_closingrange
"""
_OPEN = "SELECT open_on FROM common_businessdate"

# What must be true of closings when peace has come; the rest stands in `books`.
NEVER = {
    "a range was left open": """
        SELECT day, first_loan_id FROM lending_closingrange WHERE closed_at IS NULL""",
    "a day was passed over": """
        SELECT day FROM generate_series((SELECT min(day) FROM lending_closingrange),
            (SELECT open_on - 1 FROM common_businessdate), '1 day') AS day
         WHERE day::date NOT IN (SELECT day FROM lending_closingrange)""",
    "a loan was left behind": """
        SELECT public_id, carried_through FROM lending_loan
         WHERE state = 'ACTIVE'
           AND carried_through < (SELECT open_on - 1 FROM common_businessdate)""",
    "a loan is in quarantine": """
        SELECT loan_id, code FROM lending_quarantinedloan WHERE released_at IS NULL""",
    "a loan lacks the picture of a day": """
        SELECT loan.public_id, day FROM lending_loan AS loan,
               generate_series(loan.disbursed_on + 1,
                   LEAST(loan.carried_through, loan.settled_on - 1,
                         (SELECT open_on - 1 FROM common_businessdate)), '1 day') AS day
         WHERE NOT EXISTS (SELECT 1 FROM lending_loansnapshot AS kept
                            WHERE kept.loan_id = loan.id AND kept.on_date = day::date)""",
    "a day's accrual is in the books twice": """
        SELECT posting.loan_id, entry.business_date, entry.kind, count(*)
          FROM lending_ledgerposting AS posting
          JOIN lending_ledgerentry AS entry ON entry.id = posting.entry_id
         WHERE entry.kind IN ('ACCRUAL', 'PENALTY') AND posting.account_id IN ('1132', '1133')
         GROUP BY 1, 2, 3, posting.account_id HAVING count(*) > 1""",
    "somebody was reminded of an instalment twice": """
        SELECT facts->>'loan', facts->>'due_on', count(*) FROM borrowers_message
         WHERE template = 'INSTALMENT_DUE_SOON' GROUP BY 1, 2 HAVING count(*) > 1""",
}


@dataclass
class Nights:
    """Rounds of closings; `struck` counts how they ended."""

    platform: Platform
    chance: random.Random
    rounds: int
    struck: Counter[str] = field(default_factory=Counter)

    def rage(self) -> None:
        """All rounds, one after another."""
        for _ in range(self.rounds):
            self._round()

    def finish(self) -> None:
        """One closing that nobody disturbs, over one day more."""
        self.platform.manage("close_day", "--to", (self._today() + timedelta(days=1)).isoformat())

    def breaches(self) -> list[str]:
        """Everything that is wrong about closings, in words."""
        return [
            f"{what}: {row}"
            for what, statement in NEVER.items()
            for row in self.platform.rows(statement)
        ]

    def _round(self) -> None:
        through = self._today() + timedelta(days=self.chance.randint(0, MOST_DAYS_A_ROUND - 1))
        before = self._traces()
        closing = self._begin(through)
        deadline = time.monotonic() + START_SECONDS
        while closing.poll() is None and self._traces() == before and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        time.sleep(self.chance.uniform(0.0, LONGEST_LIFE_SECONDS))
        if closing.poll() is None:
            closing.kill()
            self.struck["closings killed"] += 1
        else:
            self.struck["closings that were quicker"] += 1
        closing.wait()

    def _begin(self, through: date) -> "subprocess.Popen[bytes]":
        words = [str(ROOT / "manage.py"), "close_day", "--through", through.isoformat()]
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.platform.variables,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _traces(self) -> tuple[object, ...] | None:
        """Nothing while the database comes up again."""
        try:
            return tuple(self.platform.rows(_TRACES)[0])
        except psycopg2.Error:
            return None

    def _today(self) -> date:
        found = self.platform.rows(_OPEN)[0][0]
        assert isinstance(found, date)
        return found
