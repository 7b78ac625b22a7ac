"""Consents, withdrawals and looks at clear data are evidence: PostgreSQL refuses to change them."""

from django.db import migrations

TABLES = ("borrowers_consent", "borrowers_consentwithdrawal", "borrowers_accessentry")

GUARD = """
CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_only_grows;
"""
GUARD_BACK = "DROP TRIGGER {table}_only_grows ON {table};"


class Migration(migrations.Migration):
    dependencies = [("borrowers", "0002_event_tables"), ("common", "0002_guards")]
    operations = [
        migrations.RunSQL(GUARD.format(table=table), GUARD_BACK.format(table=table))
        for table in TABLES
    ]
