"""What must be true when peace has come, whoever was killed: one sentence for every breach.

Written in SQL of its own, as the owner: the platform's verbs are what is on trial.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from simulation.bank.book import LENDER, OPENING_FEN
from tests.chaos.people import Journal
from tests.machinery.running import Platform

# Each statement answers the rows that must not be: the first column says which one.
NEVER = {
    "an application was sent and is not decided": """
        SELECT public_id, state FROM lending_loanapplication
         WHERE submitted_at IS NOT NULL AND state IN ('DRAFT', 'SUBMITTED', 'DECIDING')""",
    "an application was not decided exactly once": """
        SELECT a.public_id, a.state, count(e.id) FROM lending_loanapplication a
          LEFT JOIN common_auditentry e ON e.subject = 'application:' || a.public_id
           AND e.action IN ('lending.application.offered', 'lending.application.referred',
                            'lending.application.declined')
         WHERE a.decided_at IS NOT NULL GROUP BY a.id HAVING count(e.id) <> 1""",
    "an application has no assessment of its own, or its offer is missing": """
        SELECT a.public_id, a.state FROM lending_loanapplication a
          LEFT JOIN scoring_assessment s ON s.application_id = a.id
          LEFT JOIN lending_offer o ON o.application_id = a.id
         WHERE a.decided_at IS NOT NULL
           AND (s.id IS DISTINCT FROM a.assessment_id
                OR (s.outcome = 'OFFERED') <> (o.id IS NOT NULL))""",
    "a borrower was told the outcome more than once, or not at all": """
        SELECT a.public_id, count(m.id) FROM lending_loanapplication a
          LEFT JOIN borrowers_message m ON m.facts->>'application' = a.public_id
         WHERE a.decided_at IS NOT NULL GROUP BY a.id HAVING count(m.id) <> 1""",
    "a signed application has not exactly one loan": """
        SELECT a.public_id, count(l.id) FROM lending_loanapplication a
          LEFT JOIN lending_loancontract c ON c.application_id = a.id
          LEFT JOIN lending_loan l ON l.contract_id = c.id
         WHERE a.state = 'SIGNED' GROUP BY a.id HAVING count(l.id) <> 1""",
    "a loan has not exactly one live payout": """
        SELECT l.public_id, l.state, count(t.id) FROM lending_loan l
          LEFT JOIN lending_transfer t ON t.loan_id = l.id AND t.purpose = 'DISBURSEMENT'
           AND t.state <> 'FAILED' GROUP BY l.id HAVING count(t.id) <> 1""",
    "a transfer hangs": """
        SELECT out_trade_no, state FROM lending_transfer
         WHERE state NOT IN ('SUCCEEDED', 'FAILED')
            OR (state = 'SUCCEEDED') <> (booked_at IS NOT NULL)""",
    "a transfer is not in the loan's log exactly once": """
        SELECT t.out_trade_no, count(x.id) FROM lending_transfer t
          LEFT JOIN lending_loantransaction x ON x.transfer_id = t.id
         GROUP BY t.id HAVING count(x.id) <> (t.state = 'SUCCEEDED')::int""",
    "a transfer's bank posting differs from what moved": """
        SELECT t.out_trade_no, t.amount_fen, sum(p.amount_fen) FROM lending_transfer t
          LEFT JOIN lending_ledgerentry e ON e.entry_key = 'transfer:' || t.id
          LEFT JOIN lending_ledgerposting p ON p.entry_id = e.id AND p.account_id = '1002'
         WHERE t.state = 'SUCCEEDED' GROUP BY t.id
        HAVING sum(p.amount_fen) IS DISTINCT FROM
               CASE t.purpose WHEN 'DISBURSEMENT' THEN -t.amount_fen ELSE t.amount_fen END""",
    "a ledger entry does not sum to zero": """
        SELECT entry_id, sum(amount_fen) FROM lending_ledgerposting
         GROUP BY entry_id HAVING sum(amount_fen) <> 0""",
    "a piece of work is still owed, or was given up": """
        SELECT id, kind, state, attempts, last_error FROM common_process WHERE state <> 'DONE'""",
    "an instalment earned points twice, or a balance is wrong": """
        SELECT a.id, a.balance, sum(l.remaining) FROM lending_pointsaccount a
          JOIN lending_pointslot l ON l.account_id = a.id
         GROUP BY a.id HAVING a.balance <> sum(l.remaining)""",
}
TRANSFERS = """
SELECT out_trade_no, purpose = 'DISBURSEMENT', amount_fen, state FROM lending_transfer
"""
BANK_BALANCE = """
SELECT COALESCE(sum(amount_fen), 0) FROM lending_ledgerposting WHERE account_id = '1002'
"""


def breaches(platform: Platform, journals: Iterable[Journal]) -> list[str]:
    """Everything that is wrong, in words; nothing when all is well."""
    return [
        *_in_the_database(platform),
        *_by_the_product_itself(platform),
        *_against_the_bank(platform),
        *(breach for journal in journals for breach in _against_promises(platform, journal)),
    ]


def difference_fen(platform: Platform) -> int:
    """The ledger's bank account less what the bank's statement says has moved."""
    moved_fen = sum(
        each.amount_fen if each.kind == "COLLECT" else -each.amount_fen
        for each in platform.bank_statement()
    )
    return int(platform.rows(BANK_BALANCE)[0][0]) - moved_fen


def _in_the_database(platform: Platform) -> Iterator[str]:
    for what, statement in NEVER.items():
        for row in platform.rows(statement):
            yield f"{what}: {row}"


def _by_the_product_itself(platform: Platform) -> Iterator[str]:
    """What `manage.py check_invariants` finds."""
    try:
        platform.manage("check_invariants")
    except AssertionError as said:
        yield f"check_invariants: {said}"


def _against_the_bank(platform: Platform) -> Iterator[str]:
    """Our transfers, the bank's statement and the ledger, to the fen and in both directions."""
    moved = {each.out_trade_no: each for each in platform.bank_statement()}
    transfers = {row[0]: row[1:] for row in platform.rows(TRANSFERS)}
    for number, (is_payout, amount_fen, state) in transfers.items():
        wanted = ("PAY_OUT" if is_payout else "COLLECT", amount_fen)
        entry = moved.get(number)
        found = (entry.kind, entry.amount_fen) if entry else None
        if (found == wanted) != (state == "SUCCEEDED"):
            yield f"transfer {number} is {state} here, and {found} at the bank"
    for number in moved.keys() - transfers.keys():
        yield f"the bank moved money for {number}, which is not ours"
    sums: Counter[str] = Counter()
    for entry in moved.values():
        sums[entry.kind] += entry.amount_fen
    net_fen = sums["COLLECT"] - sums["PAY_OUT"]
    if (ledger_fen := platform.rows(BANK_BALANCE)[0][0]) != net_fen:
        yield f"the ledger's bank account says {ledger_fen}, the bank's statement {net_fen}"
    if (balance_fen := platform.bank_balance(LENDER)) != OPENING_FEN[LENDER] + net_fen:
        yield f"the lender's account holds {balance_fen}, its statement moved {net_fen}"


def _against_promises(platform: Platform, journal: Journal) -> Iterator[str]:
    """One key, one answer, one row; what was accepted is there."""
    yield from (f"an answer nobody expected: {each}" for each in journal.unexpected)
    answers = [*journal.applications.items(), *journal.loans.items(), *journal.payments.items()]
    for asked, given in answers:
        if len(given) != 1:
            yield f"{asked} was answered with {sorted(given)}"
    present = {row[0] for row in platform.rows("SELECT public_id FROM lending_loanapplication")}
    present |= {row[0] for row in platform.rows("SELECT public_id FROM lending_loan")}
    present |= {row[0] for row in platform.rows("SELECT out_trade_no FROM lending_transfer")}
    for lost in {one for _, given in answers for one in given} - present:
        yield f"{lost} was accepted and is gone"
    keys = platform.rows(
        "SELECT request_key, count(*) FROM lending_loanapplication WHERE request_key = ANY(%s)"
        " GROUP BY request_key HAVING count(*) <> 1",
        list(journal.applications),
    )
    yield from (f"the key {key} made {count} applications" for key, count in keys)
