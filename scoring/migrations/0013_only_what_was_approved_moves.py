"""What the watch measured, how loans ended and who confirmed fraud stay as they are; and a model
moves only by a step on paper, a person's step only by a proposal that another person approved.
"""

from django.db import migrations

ONLY_GROWS = """
CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_only_grows;
"""
STANDS = """
CREATE TRIGGER {table}_once_decided BEFORE UPDATE ON {table} FOR EACH ROW
    WHEN ({decided} OR ({old}) IS DISTINCT FROM ({new}))
    EXECUTE FUNCTION common_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_once_decided;
CREATE TRIGGER {table}_stays BEFORE DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_stays;
"""
BEGINS = """
CREATE TRIGGER {table}_begins BEFORE INSERT ON {table} FOR EACH ROW WHEN (NOT ({first}))
    EXECUTE FUNCTION common_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_begins;
"""
STEPS = """
CREATE FUNCTION scoring_refuse_unproposed_step() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_by_two boolean := EXISTS (
        SELECT FROM scoring_modelproposal
         WHERE id = NEW.proposal_id AND version_id = NEW.version_id AND state = 'APPROVED'
           AND to_state = NEW.to_state AND share_ppm = NEW.share_ppm
           AND approver_id = NEW.account_id);
    is_back boolean := (NEW.from_state, NEW.to_state) = ('RETIRED', 'CHAMPION') AND EXISTS (
        SELECT FROM scoring_modelstep
         WHERE version_id = NEW.version_id AND from_state = 'CHAMPION');
    is_down boolean := (NEW.from_state, NEW.to_state) = ('CHAMPION', 'RETIRED') OR EXISTS (
        SELECT FROM scoring_modelversion
         WHERE id = NEW.version_id AND NEW.to_state = 'CHALLENGER'
           AND state = 'CHALLENGER' AND share_ppm > NEW.share_ppm);
BEGIN
    IF NOT EXISTS (SELECT FROM scoring_modelversion
                    WHERE id = NEW.version_id AND state = NEW.from_state)
       OR NOT (is_by_two OR NEW.proposal_id IS NULL
               AND (is_back OR is_down OR NEW.account_id IS NULL))
    THEN
        RAISE EXCEPTION 'nobody moves a model alone' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER scoring_modelstep_four_eyes BEFORE INSERT ON scoring_modelstep
    FOR EACH ROW EXECUTE FUNCTION scoring_refuse_unproposed_step();
ALTER TABLE scoring_modelstep ENABLE ALWAYS TRIGGER scoring_modelstep_four_eyes;
CREATE FUNCTION scoring_refuse_silent_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.state, NEW.state, NEW.share_ppm) IS DISTINCT FROM (
        SELECT (from_state, to_state, share_ppm) FROM scoring_modelstep
         WHERE version_id = NEW.id ORDER BY id DESC LIMIT 1)
    THEN
        RAISE EXCEPTION 'a model moves by a step on paper' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER scoring_modelversion_on_paper BEFORE UPDATE ON scoring_modelversion FOR EACH ROW
    WHEN ((OLD.state, OLD.share_ppm) IS DISTINCT FROM (NEW.state, NEW.share_ppm))
    EXECUTE FUNCTION scoring_refuse_silent_move();
ALTER TABLE scoring_modelversion ENABLE ALWAYS TRIGGER scoring_modelversion_on_paper;
"""
STEPS_BACK = """
DROP TRIGGER scoring_modelversion_on_paper ON scoring_modelversion;
DROP FUNCTION scoring_refuse_silent_move();
DROP TRIGGER scoring_modelstep_four_eyes ON scoring_modelstep;
DROP FUNCTION scoring_refuse_unproposed_step();
"""


def _only_grows(table):
    forwards = ONLY_GROWS.format(table=table)
    return migrations.RunSQL(forwards, f"DROP TRIGGER {table}_only_grows ON {table};")


def _stands(table, decided, columns):
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    return migrations.RunSQL(
        STANDS.format(table=table, decided=decided, old=old, new=new),
        f"DROP TRIGGER {table}_stays ON {table}; DROP TRIGGER {table}_once_decided ON {table};",
    )


def _begins(table, first):
    forwards = BEGINS.format(table=table, first=first)
    return migrations.RunSQL(forwards, f"DROP TRIGGER {table}_begins ON {table};")


class Migration(migrations.Migration):
    dependencies = [("scoring", "0012_applications_wait_to_be_looked_at"), ("common", "0002_guards")]
    operations = [
        _only_grows("scoring_modelwatch"),
        _only_grows("scoring_watchreference"),
        _only_grows("scoring_traininglabel"),
        _stands(
            "scoring_modelalarm", "OLD.acknowledged_at IS NOT NULL", ["watch_id", "raised_at"]
        ),
        _stands(
            "scoring_fraudclaim",
            "OLD.state <> 'PROPOSED'",
            ["borrower_id", "author_id", "evidence_id", "case_id", "proposed_at"],
        ),
        _begins("scoring_fraudclaim", "NEW.state = 'PROPOSED'"),
        _begins("scoring_modelproposal", "NEW.state = 'PROPOSED'"),
        _begins("scoring_modelversion", "NEW.state = 'DRAFT' AND NEW.share_ppm = 0"),
        migrations.RunSQL(STEPS, STEPS_BACK),
    ]
