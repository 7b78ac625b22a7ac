"""Closings that are killed while they run: night after night, each begun where the last one died.

A round starts a closing of some days, or two at once, waits until it works, and kills it -9 a
random moment later; meanwhile people borrow and repay, and the monkey goes on. The last closing is
let live.
"""

import random
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import psycopg2

from config.services.layout import ROOT
from tests.machinery.running import Platform, until

MOST_DAYS_A_ROUND = 9
SHARE_IN_PAIRS = 0.25
# No promise, only an end to waiting: a busy machine may take long to start a command.
START_SECONDS = 300.0
LOOK_SECONDS = 0.01
# From the first trace of a closing to the blow: some die in the first range, some many days later.
LONGEST_LIFE_SECONDS = 0.6
# What a closing leaves behind as it goes: planned ranges, closed ranges, days.
_TRACES = """
SELECT (SELECT open_on FROM common_businessdate), count(*), count(closed_at)
  FROM lending_closingrange
"""
_OPEN = "SELECT open_on FROM common_businessdate"
# By this name the database knows the connections of a closing.
NAME = "closing-to-be-killed"
# The table of its latest statement says where a closing is.
_PLACES = """
SELECT CASE WHEN xact_start IS NULL THEN 'between transactions'
            ELSE COALESCE('at ' || substring(query FROM '(?:borrowers|common|lending)_[a-z]+'),
                          'at begin or commit') END
  FROM pg_stat_activity WHERE application_name = %s ORDER BY backend_start
"""

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
    places: Counter[str] = field(default_factory=Counter)

    def rage(self) -> None:
        """All rounds, one after another."""
        for number in range(1, self.rounds + 1):
            self._round()
            sys.stderr.write(f"  round {number} of {self.rounds}\n")

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
        count = 2 if self.chance.random() < SHARE_IN_PAIRS else 1
        self.struck["closings begun in pairs"] += count - 1
        begun = [self._begin(through) for _ in range(count)]
        deadline = time.monotonic() + START_SECONDS
        while self._traces() == before and time.monotonic() < deadline:
            if all(each.poll() is not None for each in begun):
                break
            time.sleep(LOOK_SECONDS)
        for each in begun:
            self._kill(each)

    def _kill(self, command: "subprocess.Popen[bytes]") -> None:
        time.sleep(self.chance.uniform(0.0, LONGEST_LIFE_SECONDS))
        places = self._places() or ["at its start or end"]
        if command.poll() is None:
            command.kill()
            self.struck["closings killed"] += 1
            self.places[places[0]] += 1
        else:
            self.struck["closings that were quicker"] += 1
        command.wait()

    def _begin(self, through: date) -> "subprocess.Popen[bytes]":
        words = [str(ROOT / "manage.py"), "close_day", "--through", through.isoformat()]
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env={**self.platform.variables, "PGAPPNAME": NAME},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def _traces(self) -> tuple[object, ...] | None:
        """Nothing while the database comes up again."""
        try:
            return tuple(self.platform.rows(_TRACES)[0])
        except psycopg2.Error:
            return None

    def _places(self) -> list[str]:
        """Where the closings are that run, the longest first."""
        try:
            with closing(self._look_in()) as connection, connection.cursor() as cursor:
                cursor.execute(_PLACES, [NAME])
                return [place for (place,) in cursor.fetchall()]
        except psycopg2.Error:
            return []

    def _look_in(self) -> Any:
        return psycopg2.connect(self.platform.application_url)

    def _today(self) -> date:
        until(lambda: self._traces() is not None, seconds=START_SECONDS, what="the database")
        found = self.platform.rows(_OPEN)[0][0]
        assert isinstance(found, date)
        return found
