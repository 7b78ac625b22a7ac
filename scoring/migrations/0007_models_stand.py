"""Who registered a model, how it moved, and what each model said stay as they are; and a model
moves only as its life allows, approved by nobody who registered it.
"""

from django.db import migrations

VERSIONS = """
CREATE TRIGGER scoring_modelversion_origin_stands BEFORE UPDATE ON scoring_modelversion
    FOR EACH ROW
    WHEN ((OLD.author_id, OLD.data_sha256) IS DISTINCT FROM (NEW.author_id, NEW.data_sha256))
    EXECUTE FUNCTION common_refuse_change();
ALTER TABLE scoring_modelversion ENABLE ALWAYS TRIGGER scoring_modelversion_origin_stands;
CREATE FUNCTION scoring_refuse_move() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a model does not go from % to %', OLD.state, NEW.state
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER scoring_modelversion_moves_on BEFORE UPDATE ON scoring_modelversion
    FOR EACH ROW WHEN (
        OLD.state IS DISTINCT FROM NEW.state
        AND (OLD.state || ' ' || NEW.state) NOT IN (
            'DRAFT SHADOW', 'DRAFT RETIRED', 'SHADOW CHALLENGER', 'SHADOW RETIRED',
            'CHALLENGER CHAMPION', 'CHALLENGER SHADOW', 'CHALLENGER RETIRED',
            'CHAMPION RETIRED', 'RETIRED SHADOW', 'RETIRED CHAMPION'))
    EXECUTE FUNCTION scoring_refuse_move();
ALTER TABLE scoring_modelversion ENABLE ALWAYS TRIGGER scoring_modelversion_moves_on;
"""
VERSIONS_BACK = """
DROP TRIGGER scoring_modelversion_moves_on ON scoring_modelversion;
DROP FUNCTION scoring_refuse_move();
DROP TRIGGER scoring_modelversion_origin_stands ON scoring_modelversion;
"""
PROPOSALS = """
CREATE TRIGGER scoring_modelproposal_stands BEFORE UPDATE ON scoring_modelproposal
    FOR EACH ROW WHEN (
        OLD.state <> 'PROPOSED'
        OR (OLD.version_id, OLD.author_id, OLD.to_state, OLD.share_ppm)
            IS DISTINCT FROM (NEW.version_id, NEW.author_id, NEW.to_state, NEW.share_ppm)
    )
    EXECUTE FUNCTION common_refuse_change();
ALTER TABLE scoring_modelproposal ENABLE ALWAYS TRIGGER scoring_modelproposal_stands;
CREATE TRIGGER scoring_modelproposal_stays BEFORE DELETE OR TRUNCATE ON scoring_modelproposal
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE scoring_modelproposal ENABLE ALWAYS TRIGGER scoring_modelproposal_stays;
CREATE FUNCTION scoring_refuse_own_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.approver_id = (SELECT author_id FROM scoring_modelversion WHERE id = NEW.version_id)
    THEN
        RAISE EXCEPTION 'nobody approves a model that they registered'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER scoring_modelproposal_four_eyes BEFORE INSERT OR UPDATE ON scoring_modelproposal
    FOR EACH ROW WHEN (NEW.approver_id IS NOT NULL)
    EXECUTE FUNCTION scoring_refuse_own_approval();
ALTER TABLE scoring_modelproposal ENABLE ALWAYS TRIGGER scoring_modelproposal_four_eyes;
"""
PROPOSALS_BACK = """
DROP TRIGGER scoring_modelproposal_four_eyes ON scoring_modelproposal;
DROP FUNCTION scoring_refuse_own_approval();
DROP TRIGGER scoring_modelproposal_stays ON scoring_modelproposal;
DROP TRIGGER scoring_modelproposal_stands ON scoring_modelproposal;
"""
ONLY_GROWS = """
CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_only_grows;
"""
SPLIT = """
CREATE TRIGGER scoring_assessment_split_stands BEFORE UPDATE ON scoring_assessment
    FOR EACH ROW WHEN (OLD.split IS DISTINCT FROM NEW.split)
    EXECUTE FUNCTION common_refuse_change();
ALTER TABLE scoring_assessment ENABLE ALWAYS TRIGGER scoring_assessment_split_stands;
"""


def _only_grows(table):
    forwards = ONLY_GROWS.format(table=table)
    return migrations.RunSQL(forwards, f"DROP TRIGGER {table}_only_grows ON {table};")


class Migration(migrations.Migration):
    dependencies = [("scoring", "0006_models_by_four_eyes"), ("common", "0002_guards")]
    operations = [
        migrations.RunSQL(VERSIONS, VERSIONS_BACK),
        migrations.RunSQL(PROPOSALS, PROPOSALS_BACK),
        _only_grows("scoring_modelstep"),
        _only_grows("scoring_modelscore"),
        migrations.RunSQL(
            SPLIT, "DROP TRIGGER scoring_assessment_split_stands ON scoring_assessment;"
        ),
    ]
