"""What was decided stays decided: PostgreSQL refuses to rewrite an assessment, a review, or what
a model or policy version contains. Only the words that make it personal may be emptied.
"""

from django.db import migrations

STANDS = """
CREATE TRIGGER {table}_stands BEFORE UPDATE ON {table} FOR EACH ROW
    WHEN (({old}) IS DISTINCT FROM ({new}))
    EXECUTE FUNCTION common_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_stands;
CREATE TRIGGER {table}_stays BEFORE DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_stays;
"""
STANDS_BACK = """
DROP TRIGGER {table}_stays ON {table};
DROP TRIGGER {table}_stands ON {table};
"""
TABLES = {
    "scoring_modelversion": ("version", "kind", "artefact", "sha256"),
    "scoring_policyversion": ("version", "content", "sha256"),
    "scoring_featurevector": ("borrower_id", "as_of", "kernel_version", "commitment"),
    "scoring_assessment": (
        "application_id",
        "borrower_id",
        "vector_id",
        "model_version_id",
        "policy_version_id",
        "outcome",
        "tier",
        "score",
        "pd_ppm",
        "limit_fen",
        "annual_rate_ppm",
        "affordable_instalment_fen",
        "max_term_months",
        "decided_at",
    ),
    "scoring_review": (
        "assessment_id",
        "reviewer_id",
        "outcome",
        "reason_code",
        "limit_fen",
        "annual_rate_ppm",
        "reviewed_at",
    ),
}


def _guard(table, columns):
    old, new = (", ".join(f"{row}.{name}" for name in columns) for row in ("OLD", "NEW"))
    forwards = STANDS.format(table=table, old=old, new=new)
    return migrations.RunSQL(forwards, STANDS_BACK.format(table=table))


class Migration(migrations.Migration):
    dependencies = [("scoring", "0001_initial"), ("common", "0002_guards")]
    operations = [_guard(table, columns) for table, columns in TABLES.items()]
