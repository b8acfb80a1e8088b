"""Running numbers past 99,999 keep all their digits: cut to five, the 100,000th would repeat the 10,000th."""

from django.db import migrations

WIDTH = "greatest(5, length(number))"
FUNCTION = """
CREATE OR REPLACE FUNCTION catalog_set_reference() RETURNS trigger AS $$
DECLARE
    number text;
BEGIN
    IF NEW.reference = '' THEN
        number := nextval(TG_ARGV[0] || '_reference')::text;
        SELECT upper(TG_ARGV[0]) || '-' || country || '-' || to_char(NEW.created_at, 'YYYYMMDD') || '-'
               || lpad(number, {width}, '0')
          INTO NEW.reference FROM accounts_organisation WHERE id = NEW.organisation_id;
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0006_keys_of_phrases")]

    operations = [migrations.RunSQL(FUNCTION.format(width=WIDTH), FUNCTION.format(width="5"))]
