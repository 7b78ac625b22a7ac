"""The day of loans to which nothing happens: one statement for a range, along their courses.

The expressions are those of `servicing.course`, in whole numbers: bigint division rounds towards
zero and nothing here is negative, so both round down. Penalty is multiplied as numeric: fen-days
times parts per million may pass 64 bits.
"""

# Whoever pays meanwhile waits; what they wrote before is seen by the statements that follow.
LOCK = """
SELECT count(*) FROM (
    SELECT 1 FROM lending_loan
     WHERE id BETWEEN %(first)s AND %(last)s AND state = 'ACTIVE' AND carried_through < %(day)s
     ORDER BY id FOR NO KEY UPDATE) AS locked
"""

# Loans that a payment has carried through the day already: they only lack its picture.
AHEAD = """
SELECT id FROM lending_loan
 WHERE id BETWEEN %(first)s AND %(last)s AND carried_through = %(day)s
   AND (state = 'ACTIVE' OR settled_on = %(day)s)
"""

# Which day loans have been carried to changes faster than the planner's statistics. Where they tell
# it that hardly anybody is left, it compares every loan of the range with every other one, and a
# closing never ends; by sets it is as quick as it can be whatever they say.
BY_SETS = "SET LOCAL enable_nestloop = off"
AS_EVER = "SET LOCAL enable_nestloop = on"

# `before` are the loans whose day is plain; `moved` are they after it, with what the day added.
# Every table is held to the range by name: the planner does not carry it through a join, and a
# range would read all loans there are. A line of `late` is a list: saying so tells the planner
# that there are few of them.
CARRY = """
WITH before AS MATERIALIZED (
    SELECT loan.id, loan.interest_accrued_fen AS interest_fen,
           loan.penalty_accrued_fen AS penalty_fen,
           course.interest_else_fen + LEAST(course.most_fen, GREATEST(course.least_fen,
               course.interest_fen
               * LEAST(GREATEST(%(day)s - course.starts_on, 0), course.length_days)
               / course.length_days)) AS interest_now_fen,
           course.since, course.penalty_else_fen, course.penalty_rate_ppm,
           CASE WHEN course.late = '[]'::jsonb THEN NULL ELSE course.late END AS late
      FROM lending_loan AS loan JOIN lending_loancourse AS course ON course.loan_id = loan.id
     WHERE loan.id BETWEEN %(first)s AND %(last)s
       AND course.loan_id BETWEEN %(first)s AND %(last)s
       AND loan.state = 'ACTIVE' AND loan.carried_through = %(day)s - 1
       AND course.since < %(day)s AND course.through >= %(day)s
       AND NOT EXISTS (SELECT 1 FROM lending_quarantinedloan AS kept
                        WHERE kept.loan_id = loan.id AND kept.released_at IS NULL)
), late AS MATERIALIZED (
    SELECT before.id, (line.value->>0)::int AS number,
           div(((line.value->>2)::numeric + (line.value->>1)::numeric * (%(day)s - before.since))
               * before.penalty_rate_ppm, 365000000)::bigint
           + (line.value->>3)::bigint AS penalty_fen
      FROM before, jsonb_array_elements(before.late) AS line
     WHERE before.late IS NOT NULL AND jsonb_typeof(line.value) = 'array'
), marked AS (
    UPDATE lending_instalment AS instalment SET penalty_fen = late.penalty_fen
      FROM late
     WHERE instalment.loan_id = late.id AND instalment.number = late.number
       AND instalment.loan_id BETWEEN %(first)s AND %(last)s
       AND instalment.penalty_fen <> late.penalty_fen
), grown AS (
    SELECT id, sum(penalty_fen)::bigint AS penalty_fen FROM late GROUP BY id
), moved AS (
    UPDATE lending_loan AS loan
       SET carried_through = %(day)s,
           interest_accrued_fen = before.interest_now_fen,
           penalty_accrued_fen = CASE WHEN before.late IS NULL THEN loan.penalty_accrued_fen
                                      ELSE before.penalty_else_fen + grown.penalty_fen END
      FROM before LEFT JOIN grown ON grown.id = before.id
     WHERE loan.id = before.id AND loan.id BETWEEN %(first)s AND %(last)s
    RETURNING loan.*, loan.interest_accrued_fen - before.interest_fen AS interest_grown_fen,
              loan.penalty_accrued_fen - before.penalty_fen AS penalty_grown_fen
)
INSERT INTO lending_loansnapshot
       (on_date, loan_id, principal_fen, interest_fen, penalty_fen, days_past_due, bucket, state,
        interest_accrued_fen, penalty_accrued_fen)
SELECT %(day)s, id, principal_outstanding_fen, interest_accrued_fen - interest_paid_fen,
       penalty_accrued_fen - penalty_paid_fen, late_days,
       'M' || LEAST((late_days + 29) / 30, 7), state, interest_grown_fen, penalty_grown_fen
  FROM moved, LATERAL (
       SELECT GREATEST(COALESCE(%(day)s - oldest_unpaid_due_on, 0), 0) AS late_days) AS lateness
"""

# Loans whose picture the day still lacks: folded ones, and those that a payment had carried.
PICTURE = """
INSERT INTO lending_loansnapshot
       (on_date, loan_id, principal_fen, interest_fen, penalty_fen, days_past_due, bucket, state,
        interest_accrued_fen, penalty_accrued_fen)
SELECT %(day)s, id, principal_outstanding_fen, interest_accrued_fen - interest_paid_fen,
       penalty_accrued_fen - penalty_paid_fen, late_days,
       'M' || LEAST((late_days + 29) / 30, 7), state, 0, 0
  FROM lending_loan, LATERAL (
       SELECT CASE WHEN state = 'ACTIVE'
                   THEN GREATEST(COALESCE(%(day)s - oldest_unpaid_due_on, 0), 0)
                   ELSE 0 END AS late_days) AS lateness
 WHERE id = ANY(%(loans)s) AND carried_through = %(day)s
   AND (state = 'ACTIVE' OR settled_on = %(day)s)
ON CONFLICT DO NOTHING
"""

# What the first sweep's statement wrote, as lines for the books. Later sweeps fold.
EARNED = """
SELECT line.account, loan_id, line.side * {column}
  FROM lending_loansnapshot,
       (VALUES (%(receivable)s, 1), (%(income)s, -1)) AS line (account, side)
 WHERE on_date = %(day)s AND loan_id BETWEEN %(first)s AND %(last)s AND {column} <> 0
   AND %(sweep)s = 1
"""
INTEREST_EARNED = EARNED.format(column="interest_accrued_fen")
PENALTY_EARNED = EARNED.format(column="penalty_accrued_fen")
