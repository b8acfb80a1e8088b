"""A reference number for every document, made by the database so that no door and no import can forget it.

NEED-DE-20261122-00017: type, country of the organisation, day, running number (EEN's habit). It never changes.
"""

from django.db import migrations

CREATE = """
CREATE FUNCTION catalog_set_reference() RETURNS trigger AS $$
BEGIN
    IF NEW.reference = '' THEN
        SELECT upper(TG_ARGV[0]) || '-' || country || '-' || to_char(NEW.created_at, 'YYYYMMDD') || '-'
               || lpad(nextval(TG_ARGV[0] || '_reference')::text, 5, '0')
          INTO NEW.reference FROM accounts_organisation WHERE id = NEW.organisation_id;
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER need_set_reference BEFORE INSERT ON catalog_need
    FOR EACH ROW EXECUTE FUNCTION catalog_set_reference('need');
CREATE TRIGGER offer_set_reference BEFORE INSERT ON catalog_offer
    FOR EACH ROW EXECUTE FUNCTION catalog_set_reference('offer');
"""
DROP = """
DROP TRIGGER need_set_reference ON catalog_need;
DROP TRIGGER offer_set_reference ON catalog_offer;
DROP FUNCTION catalog_set_reference();
"""


class Migration(migrations.Migration):
    dependencies = [("catalog", "0002_initial")]

    operations = [migrations.RunSQL(CREATE, DROP)]
