"""What PostgreSQL keeps of credit lines: steps move the totals, and no step takes past the limit.

A step locks its line, adds itself to the totals and is refused where held, reserved and drawn
together would pass the limit. What is drawn is what the loans say. Nothing else moves a total.
Lines of before are made from the offers and loans that stand. Triggers are ENABLE ALWAYS.
"""

from django.db import migrations

DRAWN = """
CREATE FUNCTION lending_line_drawn_fen(bigint) RETURNS bigint LANGUAGE sql STABLE
    SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT COALESCE(sum(principal_outstanding_fen), 0)::bigint FROM public.lending_loan
     WHERE borrower_id = $1 AND state = 'ACTIVE';
$$;
"""

STEPS = """
CREATE FUNCTION lending_line_moves() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    line public.lending_creditline;
    own_held bigint;
    own_reserved bigint;
BEGIN
    PERFORM 1 FROM public.lending_creditline WHERE id = NEW.line_id FOR NO KEY UPDATE;
    UPDATE public.lending_creditline
       SET limit_fen = limit_fen + NEW.limit_change_fen,
           held_fen = held_fen + NEW.held_change_fen,
           reserved_fen = reserved_fen + NEW.reserved_change_fen,
           state = CASE NEW.kind WHEN 'FROZEN' THEN 'FROZEN' WHEN 'UNFROZEN' THEN 'ACTIVE'
                                 WHEN 'CLOSED' THEN 'CLOSED' ELSE state END
     WHERE id = NEW.line_id RETURNING * INTO line;
    NEW.limit_fen := line.limit_fen;
    NEW.exposure_fen := line.held_fen + line.reserved_fen
        + public.lending_line_drawn_fen(line.borrower_id);
    IF NEW.application_id IS NOT NULL THEN
        SELECT COALESCE(sum(held_change_fen), 0) + NEW.held_change_fen,
               COALESCE(sum(reserved_change_fen), 0) + NEW.reserved_change_fen
          INTO own_held, own_reserved FROM public.lending_linemovement
         WHERE line_id = NEW.line_id AND application_id = NEW.application_id;
        IF own_held < 0 OR own_reserved < 0 THEN
            RAISE EXCEPTION 'application % gives back more than it took', NEW.application_id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'line_gives_back_what_was_taken';
        END IF;
    END IF;
    IF (NEW.held_change_fen > 0 OR NEW.reserved_change_fen > 0)
        AND (line.state <> 'ACTIVE' OR NEW.exposure_fen > line.limit_fen) THEN
        RAISE EXCEPTION 'line % is % and holds % of %',
            line.id, line.state, NEW.exposure_fen, line.limit_fen
            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_exposure_is_within_limit';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER linemovement_moves BEFORE INSERT ON lending_linemovement
    FOR EACH ROW EXECUTE FUNCTION lending_line_moves();
ALTER TABLE lending_linemovement ENABLE ALWAYS TRIGGER linemovement_moves;
CREATE TRIGGER linemovement_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON lending_linemovement
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE lending_linemovement ENABLE ALWAYS TRIGGER linemovement_only_grows;
"""

TOTALS = """
CREATE FUNCTION lending_line_stands() RETURNS trigger LANGUAGE plpgsql
    SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        IF NEW.limit_fen <> 0 OR NEW.held_fen <> 0 OR NEW.reserved_fen <> 0
            OR NEW.state <> 'ACTIVE' THEN
            RAISE EXCEPTION 'a line opens empty' USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF NEW.borrower_id <> OLD.borrower_id OR NEW.id <> OLD.id OR (pg_trigger_depth() < 2
        AND (NEW.limit_fen, NEW.held_fen, NEW.reserved_fen, NEW.state)
            IS DISTINCT FROM (OLD.limit_fen, OLD.held_fen, OLD.reserved_fen, OLD.state)) THEN
        RAISE EXCEPTION 'line % moves by its steps only', OLD.id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state = 'CLOSED' AND NEW.state <> 'CLOSED' THEN
        RAISE EXCEPTION 'line % was closed', OLD.id USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER creditline_stands BEFORE INSERT OR UPDATE ON lending_creditline
    FOR EACH ROW EXECUTE FUNCTION lending_line_stands();
ALTER TABLE lending_creditline ENABLE ALWAYS TRIGGER creditline_stands;
CREATE TRIGGER creditline_is_kept BEFORE DELETE OR TRUNCATE ON lending_creditline
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE lending_creditline ENABLE ALWAYS TRIGGER creditline_is_kept;
CREATE TRIGGER lineproposal_stands BEFORE UPDATE ON lending_lineproposal FOR EACH ROW
    WHEN (OLD.state <> 'PROPOSED') EXECUTE FUNCTION lending_row_stands('', '{}', '');
ALTER TABLE lending_lineproposal ENABLE ALWAYS TRIGGER lineproposal_stands;
"""

BACK = """
DROP TRIGGER lineproposal_stands ON lending_lineproposal;
DROP TRIGGER creditline_is_kept ON lending_creditline;
DROP TRIGGER creditline_stands ON lending_creditline;
DROP FUNCTION lending_line_stands();
DROP TRIGGER linemovement_only_grows ON lending_linemovement;
DROP TRIGGER linemovement_moves ON lending_linemovement;
DROP FUNCTION lending_line_moves();
DROP FUNCTION lending_line_drawn_fen(bigint);
"""

# Taken: an offer that stands is held, an accepted one and a loan not paid out yet are reserved.
OF_BEFORE = """
UPDATE lending_loanapplication SET saved_at = drafted_at;
CREATE TEMPORARY TABLE taken ON COMMIT DROP AS
SELECT application.borrower_id, application.id AS application_id,
       CASE WHEN application.state IN ('OFFERED', 'REFERRED') THEN 'HELD' ELSE 'RESERVED' END
           AS kind,
       COALESCE(loan.principal_fen, offer.amount_fen) AS amount_fen,
       COALESCE(loan.principal_fen, offer.limit_fen) AS room_fen
  FROM lending_loanapplication AS application
  JOIN lending_offer AS offer ON offer.application_id = application.id
  LEFT JOIN lending_loancontract AS contract ON contract.application_id = application.id
  LEFT JOIN lending_loan AS loan ON loan.contract_id = contract.id
 WHERE (application.state IN ('OFFERED', 'REFERRED', 'ACCEPTED') AND offer.expires_at > now())
    OR (application.state = 'SIGNED' AND loan.state = 'PENDING_DISBURSEMENT');
INSERT INTO lending_creditline (borrower_id, tier, annual_rate_ppm, floor_rate_ppm)
SELECT DISTINCT ON (application.borrower_id) application.borrower_id, offer.tier,
       offer.base_rate_ppm, LEAST(product.floor_rate_ppm, offer.base_rate_ppm)
  FROM lending_loanapplication AS application
  JOIN lending_offer AS offer ON offer.application_id = application.id
  JOIN lending_loanproduct AS product ON product.id = application.product_id
 ORDER BY application.borrower_id, offer.id DESC;
INSERT INTO lending_linemovement (line_id, kind, subject, limit_change_fen)
SELECT line.id, 'DECIDED', 'carried-over',
       public.lending_line_drawn_fen(line.borrower_id) + COALESCE(
           (SELECT sum(room_fen) FROM taken WHERE taken.borrower_id = line.borrower_id), 0)
  FROM lending_creditline AS line;
INSERT INTO lending_linemovement
    (line_id, kind, subject, application_id, held_change_fen, reserved_change_fen)
SELECT line.id, taken.kind, 'application:' || taken.application_id || ':0', taken.application_id,
       CASE taken.kind WHEN 'HELD' THEN taken.amount_fen ELSE 0 END,
       CASE taken.kind WHEN 'RESERVED' THEN taken.amount_fen ELSE 0 END
  FROM taken JOIN lending_creditline AS line USING (borrower_id) ORDER BY taken.application_id;
"""


class Migration(migrations.Migration):
    dependencies = [("lending", "0015_credit_lines"), ("common", "0002_guards")]
    operations = [
        migrations.RunSQL(DRAWN + STEPS + TOTALS, BACK),
        migrations.RunSQL(OF_BEFORE, migrations.RunSQL.noop),
    ]
