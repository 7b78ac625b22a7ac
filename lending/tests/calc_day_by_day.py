"""A second servicing engine, slow and naive: it lives through every day and forgets nothing.

Written apart from the fold, with dictionaries and history in place of balances and sums, to be
compared with it. It knows disbursement, repayment, waiver and pay-off, in the order of the day.
"""

from datetime import timedelta
from fractions import Fraction

from lending.calc.contracts import TransactionKind

ORDER = ["DISBURSEMENT", "WAIVER", "REPAYMENT", "PAYOFF"]


class DayByDay:
    def __init__(self, terms, log, through):
        self.terms, self.lines, self.overpaid = terms, [], 0
        gone = {each.reverses for each in log if each.reverses}
        self.log = [each for each in log if not each.reverses and each.sequence not in gone]
        self.today = min([each.value_date for each in self.log] + [through])
        while self.today <= through:
            self.live()
            self.today += timedelta(days=1)
        self.today = through

    def live(self):
        for line in self.lines:
            line["unpaid_at_dawn"][self.today] = line["PRINCIPAL"]
        today = [each for each in self.log if each.value_date == self.today]
        for each in sorted(today, key=lambda each: (ORDER.index(each.kind), each.sequence)):
            getattr(self, each.kind.lower())(each.amount_fen)

    def disbursement(self, _amount):
        self.lines = [
            {
                "row": row,
                "PRINCIPAL": row.principal_fen,
                "INTEREST": row.interest_fen,
                "interest_gone": 0,
                "interest_paid": 0,
                "penalty_gone": 0,
                "unpaid_at_dawn": {},
            }
            for row in self.terms.schedule
        ]

    def penalty_owed(self, line):
        return self.penalty_so_far(line) - line["penalty_gone"]

    def penalty_so_far(self, line):
        """Day after day from the due date on, but on no more than what grace left unpaid."""
        due_on = line["row"].due_on
        first_late_day = due_on + timedelta(days=self.terms.grace_days + 1)
        if self.today < first_late_day:
            return 0
        late = line["unpaid_at_dawn"][first_late_day]
        sums = [min(unpaid, late) for day, unpaid in line["unpaid_at_dawn"].items() if day > due_on]
        daily = Fraction(self.terms.penalty_rate_ppm, 365 * 1_000_000)
        return int(sum(sums) * daily)

    def repayment(self, amount):
        for line in self.lines:
            amount -= (part := min(amount, self.penalty_owed(line)))
            line["penalty_gone"] += part
            amount -= (part := min(amount, line["INTEREST"]))
            line["INTEREST"] -= part
            line["interest_gone"] += part
            line["interest_paid"] += part
            amount -= (part := min(amount, line["PRINCIPAL"]))
            line["PRINCIPAL"] -= part
        self.overpaid += amount

    def waiver(self, amount):
        for line in self.lines:
            amount -= (part := min(amount, self.penalty_owed(line)))
            line["penalty_gone"] += part
        for line in self.lines:
            if line["row"].due_on <= self.today:
                amount -= (part := min(amount, line["INTEREST"]))
                line["INTEREST"] -= part
                line["interest_gone"] += part

    def interest_by_time(self, line):
        row = line["row"]
        days = (row.due_on - row.starts_on).days
        lived = max(0, min(days, (self.today - row.starts_on).days))
        return int(Fraction(row.interest_fen * lived, days))

    def interest_to_close(self, line):
        earned = self.interest_by_time(line)
        return max(0, min(line["INTEREST"], earned - line["interest_gone"]))

    def paid_too_soon(self, line):
        forgiven = line["interest_gone"] - line["interest_paid"]
        earned = max(0, self.interest_by_time(line) - forgiven)
        return max(0, line["interest_paid"] - earned)

    def to_close(self):
        owed = sum(
            self.penalty_owed(line) + self.interest_to_close(line) + line["PRINCIPAL"]
            for line in self.lines
        )
        return max(0, owed - sum(self.paid_too_soon(line) for line in self.lines))

    def payoff(self, amount):
        if amount >= self.to_close():
            purse = 0
            for line in self.lines:
                soon = self.paid_too_soon(line)
                line["INTEREST"] = self.interest_to_close(line)
                line["interest_gone"] -= soon
                line["interest_paid"] -= soon
                purse += soon
            for line in self.lines:
                purse -= (part := min(purse, line["PRINCIPAL"]))
                line["PRINCIPAL"] -= part
            amount += purse
        self.repayment(amount)

    def picture(self):
        return [
            (line["PRINCIPAL"], line["INTEREST"], self.penalty_owed(line)) for line in self.lines
        ], self.overpaid


assert {*ORDER} < {kind.value for kind in TransactionKind}
