"""Matches that brokers of a second cluster decide on, too; the log of changes tells those brokers as well."""

import django.db.models.deletion
from django.db import migrations, models

NOTE = """
CREATE OR REPLACE FUNCTION matchmaking_note_match() RETURNS trigger AS $$
DECLARE
    the_match matchmaking_match := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    seekers bigint := (SELECT organisation_id FROM catalog_need WHERE id = the_match.need_id);
    providers bigint := (SELECT organisation_id FROM catalog_offer WHERE id = the_match.offer_id);
    is_known boolean := the_match.state NOT IN ('proposed', 'parked', 'rejected', 'withdrawn');
    brokers bigint[] := ARRAY[<clusters>];
BEGIN
    IF TG_OP = 'UPDATE' AND jsonb_populate_record(NEW, TG_ARGV[0]::jsonb)
       IS NOT DISTINCT FROM jsonb_populate_record(OLD, TG_ARGV[0]::jsonb) THEN
        RETURN NULL;
    END IF;
    PERFORM matchmaking_note_change(
        'match', the_match.id, TG_OP = 'DELETE', ARRAY[seekers, CASE WHEN is_known THEN providers END], brokers, 1);
    IF TG_OP = 'UPDATE' AND NEW.state = OLD.state AND <same> THEN
        RETURN NULL;
    END IF;
    IF is_known OR the_match.cluster_id IS NOT NULL THEN
        PERFORM matchmaking_note_again('need', id, CASE WHEN is_known THEN ARRAY[providers] END, brokers)
           FROM catalog_need WHERE id = the_match.need_id;
        PERFORM matchmaking_note_again('offer', id, CASE WHEN is_known THEN ARRAY[seekers] END,
                                       CASE WHEN is_known THEN brokers END)
           FROM catalog_offer WHERE id = the_match.offer_id;
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;
"""


def note_for(*clusters: str) -> str:
    same = " AND ".join(f"NEW.{cluster} IS NOT DISTINCT FROM OLD.{cluster}" for cluster in clusters)
    of_match = ", ".join(f"the_match.{cluster}" for cluster in clusters)
    return NOTE.replace("<clusters>", of_match).replace("<same>", same)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_origin"),
        ("matchmaking", "0022_openings"),
    ]

    operations = [
        migrations.AddField(
            model_name="match",
            name="second_cluster",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="accounts.cluster",
            ),
        ),
        migrations.RunSQL(note_for("cluster_id", "second_cluster_id"), note_for("cluster_id")),
    ]
