"""Who wrote a policy, who proposed it, its test cases and a decided proposal stay as they are."""

from django.db import migrations

CASES = """
CREATE TRIGGER scoring_policycase_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE
    ON scoring_policycase FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE scoring_policycase ENABLE ALWAYS TRIGGER scoring_policycase_only_grows;
"""
AUTHORS = """
CREATE TRIGGER scoring_policyversion_author_stands BEFORE UPDATE ON scoring_policyversion
    FOR EACH ROW WHEN (OLD.author_id IS DISTINCT FROM NEW.author_id)
    EXECUTE FUNCTION common_refuse_change();
ALTER TABLE scoring_policyversion ENABLE ALWAYS TRIGGER scoring_policyversion_author_stands;
"""
PROPOSALS = """
CREATE TRIGGER scoring_policyproposal_stands BEFORE UPDATE ON scoring_policyproposal
    FOR EACH ROW WHEN (
        OLD.state <> 'PROPOSED'
        OR (OLD.version_id, OLD.author_id) IS DISTINCT FROM (NEW.version_id, NEW.author_id)
    )
    EXECUTE FUNCTION common_refuse_change();
ALTER TABLE scoring_policyproposal ENABLE ALWAYS TRIGGER scoring_policyproposal_stands;
CREATE TRIGGER scoring_policyproposal_stays BEFORE DELETE OR TRUNCATE ON scoring_policyproposal
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE scoring_policyproposal ENABLE ALWAYS TRIGGER scoring_policyproposal_stays;
"""


class Migration(migrations.Migration):
    dependencies = [("scoring", "0003_policies_by_four_eyes"), ("common", "0002_guards")]
    operations = [
        migrations.RunSQL(CASES, "DROP TRIGGER scoring_policycase_only_grows ON scoring_policycase;"),
        migrations.RunSQL(
            AUTHORS, "DROP TRIGGER scoring_policyversion_author_stands ON scoring_policyversion;"
        ),
        migrations.RunSQL(
            PROPOSALS,
            "DROP TRIGGER scoring_policyproposal_stays ON scoring_policyproposal;"
            "DROP TRIGGER scoring_policyproposal_stands ON scoring_policyproposal;",
        ),
    ]
