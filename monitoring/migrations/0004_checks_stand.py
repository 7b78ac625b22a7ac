"""What a check found stays as it was found: PostgreSQL refuses to change or drop it."""

from django.db import migrations

GUARD = """
CREATE TRIGGER monitoring_checkrun_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE
    ON monitoring_checkrun FOR EACH STATEMENT EXECUTE FUNCTION common_refuse_change();
ALTER TABLE monitoring_checkrun ENABLE ALWAYS TRIGGER monitoring_checkrun_only_grows;
"""
GUARD_BACK = "DROP TRIGGER monitoring_checkrun_only_grows ON monitoring_checkrun;"


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0003_checks_of_the_house"), ("common", "0002_guards")]
    operations = [migrations.RunSQL(GUARD, GUARD_BACK)]
