"""The log of changes, and the triggers that write it."""

import json
import uuid

import django.contrib.postgres.fields
import django.utils.timezone
from django.db import migrations, models

# What the engine measures of a document says nothing new about it.
MEASURED = json.dumps(
    dict.fromkeys(
        [
            "embedding", "embedding_dimension", "embedded_from", "embedded_at", "place", "placed_from", "terms",
            "term_ids", "term_count", "grams", "gram_ids", "gram_count", "terms_from", "concepts_from", "updated_at",
        ]
    )
)  # fmt: skip
RERUN = json.dumps({"run_id": None, "rank": None})

CREATE = """
CREATE FUNCTION matchmaking_note_change(
    the_kind text, the_record bigint, erased boolean, known_in bigint[], known_to bigint[], how_open int
) RETURNS void AS $$
DECLARE
    former matchmaking_change;
    present bigint := pg_current_xact_id()::text::bigint;
BEGIN
    SELECT * INTO former FROM matchmaking_change WHERE kind = the_kind AND record = the_record ORDER BY id DESC LIMIT 1;
    known_in := ARRAY(SELECT DISTINCT o FROM unnest(former.insiders || known_in) AS o WHERE o IS NOT NULL);
    known_to := ARRAY(SELECT DISTINCT c FROM unnest(former.clusters || known_to) AS c WHERE c IS NOT NULL);
    how_open := greatest(former.openness, how_open);
    IF former.transaction = present THEN
        UPDATE matchmaking_change SET is_erased = erased, insiders = known_in, clusters = known_to, openness = how_open
         WHERE id = former.id;
    ELSE
        INSERT INTO matchmaking_change (kind, record, is_erased, born, insiders, clusters, openness, transaction, at)
        VALUES (the_kind, the_record, erased, coalesce(former.born, present), known_in, known_to, how_open, present,
                clock_timestamp());
    END IF;
END $$ LANGUAGE plpgsql;

-- The same again, for records that did not change themselves, but in who may see them.
CREATE FUNCTION matchmaking_note_again(the_kind text, the_record bigint, known_in bigint[], known_to bigint[])
RETURNS void AS $$
    SELECT matchmaking_note_change(the_kind, the_record, false, known_in, known_to, 0)
$$ LANGUAGE sql;

CREATE FUNCTION matchmaking_openness_of(state text, visibility text) RETURNS int AS $$
    SELECT CASE WHEN state = 'draft' THEN 0 WHEN state <> 'published' THEN 1 WHEN visibility = 'network' THEN 2
                ELSE 3 END
$$ LANGUAGE sql IMMUTABLE;

-- TG_ARGV: kind of record, and the columns that do not count as {name: null}
CREATE FUNCTION matchmaking_note_document() RETURNS trigger AS $$
DECLARE known_to bigint[] := ARRAY[]::bigint[];
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM matchmaking_note_change(TG_ARGV[0], OLD.id, true, ARRAY[OLD.organisation_id], known_to, 0);
        RETURN NULL;
    ELSIF TG_OP = 'UPDATE' AND jsonb_populate_record(NEW, TG_ARGV[1]::jsonb)
          IS NOT DISTINCT FROM jsonb_populate_record(OLD, TG_ARGV[1]::jsonb) THEN
        RETURN NULL;
    END IF;
    IF TG_ARGV[0] = 'need' AND NEW.state <> 'draft' THEN
        known_to := ARRAY[NEW.cluster_id];
    END IF;
    PERFORM matchmaking_note_change(TG_ARGV[0], NEW.id, false, ARRAY[NEW.organisation_id], known_to,
                                    matchmaking_openness_of(NEW.state, NEW.visibility));
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE FUNCTION matchmaking_note_organisation() RETURNS trigger AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        PERFORM matchmaking_note_change('organisation', OLD.id, true, ARRAY[OLD.id], NULL, 0);
    ELSIF TG_OP = 'INSERT' OR NEW IS DISTINCT FROM OLD THEN
        PERFORM matchmaking_note_change('organisation', NEW.id, false, ARRAY[NEW.id], NULL,
                                        CASE NEW.kind WHEN 'cluster' THEN 3 ELSE 1 END);
        IF TG_OP = 'UPDATE' THEN
            -- its name stands in what its documents show, and is taken out of their teasers
            PERFORM matchmaking_note_again('offer', id, NULL, NULL) FROM catalog_offer WHERE organisation_id = NEW.id;
            PERFORM matchmaking_note_again('need', id, NULL, NULL) FROM catalog_need WHERE organisation_id = NEW.id;
        END IF;
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

-- The offer's side learns of a match once a broker has accepted it; from then on each side may see the other's document.
CREATE FUNCTION matchmaking_note_match() RETURNS trigger AS $$
DECLARE
    the_match matchmaking_match := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    seekers bigint := (SELECT organisation_id FROM catalog_need WHERE id = the_match.need_id);
    providers bigint := (SELECT organisation_id FROM catalog_offer WHERE id = the_match.offer_id);
    is_known boolean := the_match.state NOT IN ('proposed', 'parked', 'rejected', 'withdrawn');
BEGIN
    IF TG_OP = 'UPDATE' AND jsonb_populate_record(NEW, TG_ARGV[0]::jsonb)
       IS NOT DISTINCT FROM jsonb_populate_record(OLD, TG_ARGV[0]::jsonb) THEN
        RETURN NULL;
    END IF;
    PERFORM matchmaking_note_change(
        'match', the_match.id, TG_OP = 'DELETE', ARRAY[seekers, CASE WHEN is_known THEN providers END],
        ARRAY[the_match.cluster_id], 1);
    IF TG_OP = 'UPDATE' AND NEW.state = OLD.state AND NEW.cluster_id IS NOT DISTINCT FROM OLD.cluster_id THEN
        RETURN NULL;
    END IF;
    IF is_known OR the_match.cluster_id IS NOT NULL THEN
        PERFORM matchmaking_note_again('need', id, CASE WHEN is_known THEN ARRAY[providers] END,
                                       ARRAY[the_match.cluster_id]) FROM catalog_need WHERE id = the_match.need_id;
        PERFORM matchmaking_note_again('offer', id, CASE WHEN is_known THEN ARRAY[seekers] END,
                                       CASE WHEN is_known THEN ARRAY[the_match.cluster_id] END)
           FROM catalog_offer WHERE id = the_match.offer_id;
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE FUNCTION matchmaking_note_cluster_membership() RETURNS trigger AS $$
DECLARE
    member bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.organisation_id ELSE NEW.organisation_id END;
    known_to bigint[] := ARRAY[CASE TG_OP WHEN 'DELETE' THEN OLD.cluster_id ELSE NEW.cluster_id END];
BEGIN
    IF (TG_OP <> 'INSERT' AND OLD.state = 'approved') OR (TG_OP <> 'DELETE' AND NEW.state = 'approved') THEN
        PERFORM matchmaking_note_again('organisation', id, NULL, known_to) FROM accounts_organisation WHERE id = member;
        PERFORM matchmaking_note_again('offer', id, NULL, CASE WHEN state <> 'draft' THEN known_to END)
           FROM catalog_offer WHERE organisation_id = member;
        PERFORM matchmaking_note_again('need', id, NULL, CASE WHEN state <> 'draft' THEN known_to END)
           FROM catalog_need WHERE organisation_id = member;
    END IF;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

-- The brokers who look around for a need see all of it.
CREATE FUNCTION matchmaking_note_scouting() RETURNS trigger AS $$
DECLARE scouted matchmaking_scouting := CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
BEGIN
    PERFORM matchmaking_note_again('need', id, NULL, ARRAY[scouted.cluster_id])
       FROM catalog_need WHERE id = scouted.need_id;
    RETURN NULL;
END $$ LANGUAGE plpgsql;

CREATE TRIGGER offer_change AFTER INSERT OR UPDATE OR DELETE ON catalog_offer
    FOR EACH ROW EXECUTE FUNCTION matchmaking_note_document('offer', '<measured>');
CREATE TRIGGER need_change AFTER INSERT OR UPDATE OR DELETE ON catalog_need
    FOR EACH ROW EXECUTE FUNCTION matchmaking_note_document('need', '<measured>');
CREATE TRIGGER organisation_change AFTER INSERT OR UPDATE OR DELETE ON accounts_organisation
    FOR EACH ROW EXECUTE FUNCTION matchmaking_note_organisation();
CREATE TRIGGER match_change AFTER INSERT OR UPDATE OR DELETE ON matchmaking_match
    FOR EACH ROW EXECUTE FUNCTION matchmaking_note_match('<rerun>');
CREATE TRIGGER cluster_membership_change AFTER INSERT OR UPDATE OR DELETE ON accounts_clustermembership
    FOR EACH ROW EXECUTE FUNCTION matchmaking_note_cluster_membership();
CREATE TRIGGER scouting_change AFTER INSERT OR UPDATE OR DELETE ON matchmaking_scouting
    FOR EACH ROW EXECUTE FUNCTION matchmaking_note_scouting();

-- What is there already
SELECT matchmaking_note_change('organisation', id, false, ARRAY[id], NULL, CASE kind WHEN 'cluster' THEN 3 ELSE 1 END)
  FROM accounts_organisation ORDER BY id;
SELECT matchmaking_note_change('offer', id, false, ARRAY[organisation_id], NULL,
                               matchmaking_openness_of(state, visibility)) FROM catalog_offer ORDER BY id;
SELECT matchmaking_note_change('need', id, false, ARRAY[organisation_id], ARRAY[cluster_id],
                               matchmaking_openness_of(state, visibility)) FROM catalog_need ORDER BY id;
SELECT matchmaking_note_change(
    'match', m.id, false, ARRAY[
        n.organisation_id,
        CASE WHEN m.state NOT IN ('proposed', 'parked', 'rejected', 'withdrawn') THEN o.organisation_id END
    ], ARRAY[m.cluster_id], 1)
  FROM matchmaking_match m JOIN catalog_need n ON n.id = m.need_id JOIN catalog_offer o ON o.id = m.offer_id
 ORDER BY m.id;
""".replace("<measured>", MEASURED).replace("<rerun>", RERUN)
DROP = """
DROP TRIGGER offer_change ON catalog_offer;
DROP TRIGGER need_change ON catalog_need;
DROP TRIGGER organisation_change ON accounts_organisation;
DROP TRIGGER match_change ON matchmaking_match;
DROP TRIGGER cluster_membership_change ON accounts_clustermembership;
DROP TRIGGER scouting_change ON matchmaking_scouting;
DROP FUNCTION matchmaking_note_document(), matchmaking_note_organisation(), matchmaking_note_match(),
    matchmaking_note_cluster_membership(), matchmaking_note_scouting(), matchmaking_openness_of(text, text),
    matchmaking_note_again(text, bigint, bigint[], bigint[]),
    matchmaking_note_change(text, bigint, boolean, bigint[], bigint[], int);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("catalog", "0006_keys_of_phrases"),
        ("matchmaking", "0007_ranker_version"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("identity", models.UUIDField(default=uuid.uuid4)),
            ],
            options={"verbose_name": "log of changes", "verbose_name_plural": "logs of changes"},
        ),
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("offer", "offer"),
                            ("need", "need"),
                            ("organisation", "organisation"),
                            ("match", "match"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("record", models.BigIntegerField()),
                ("is_erased", models.BooleanField(default=False)),
                ("born", models.BigIntegerField(default=0)),
                (
                    "insiders",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "clusters",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None
                    ),
                ),
                (
                    "openness",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "its own people"),
                            (1, "and the brokers of its clusters"),
                            (2, "and those of linked clusters"),
                            (3, "everybody"),
                        ],
                        default=0,
                    ),
                ),
                ("transaction", models.BigIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "change of a record",
                "verbose_name_plural": "changes of records",
                "indexes": [
                    models.Index(fields=["transaction", "id"], name="change_in_order"),
                    models.Index(fields=["kind", "record", "id"], name="change_of_record"),
                ],
            },
        ),
        migrations.RunSQL(CREATE, DROP),
    ]
