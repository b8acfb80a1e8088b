"""All tables of matchmaking at once, for a database that has none: half the time of one migration after the other."""

import json
import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import matchmaking.models.ask
import matchmaking.models.webhook

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
) RETURNS void SET enable_seqscan = off SET enable_indexscan = off AS $$
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
    brokers bigint[] := ARRAY[the_match.cluster_id, the_match.second_cluster_id];
BEGIN
    IF TG_OP = 'UPDATE' AND jsonb_populate_record(NEW, TG_ARGV[0]::jsonb)
       IS NOT DISTINCT FROM jsonb_populate_record(OLD, TG_ARGV[0]::jsonb) THEN
        RETURN NULL;
    END IF;
    PERFORM matchmaking_note_change(
        'match', the_match.id, TG_OP = 'DELETE', ARRAY[seekers, CASE WHEN is_known THEN providers END], brokers, 1);
    IF TG_OP = 'UPDATE' AND NEW.state = OLD.state AND NEW.cluster_id IS NOT DISTINCT FROM OLD.cluster_id AND NEW.second_cluster_id IS NOT DISTINCT FROM OLD.second_cluster_id THEN
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
""".replace("<measured>", MEASURED).replace("<rerun>", RERUN)


class Migration(migrations.Migration):
    replaces = [
        ("matchmaking", "0001_initial"),
        ("matchmaking", "0002_scouting"),
        ("matchmaking", "0003_similar_offers"),
        ("matchmaking", "0004_bridge_from_sentences"),
        ("matchmaking", "0005_mail"),
        ("matchmaking", "0006_glossary"),
        ("matchmaking", "0007_ranker_version"),
        ("matchmaking", "0008_changes"),
        ("matchmaking", "0009_webhooks"),
        ("matchmaking", "0010_search_feeds"),
        ("matchmaking", "0011_cases"),
        ("matchmaking", "0012_cases_of_introductions"),
        ("matchmaking", "0013_handover"),
        ("matchmaking", "0014_follow_ups"),
        ("matchmaking", "0015_questions"),
        ("matchmaking", "0016_undo"),
        ("matchmaking", "0017_peer"),
        ("matchmaking", "0018_changes_by_index"),
        ("matchmaking", "0019_client_texts"),
        ("matchmaking", "0020_suggested"),
        ("matchmaking", "0021_rewordings"),
        ("matchmaking", "0022_openings"),
        ("matchmaking", "0023_second_cluster"),
        ("matchmaking", "0024_took_from"),
        ("matchmaking", "0025_accord"),
        ("matchmaking", "0026_dismissed"),
        ("matchmaking", "0027_wanted"),
        ("matchmaking", "0028_changes_by_their_index"),
    ]
    initial = True

    dependencies = [
        ("accounts", "0012_rewordings"),
        ("catalog", "0015_titles_unread"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ChangeLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("identity", models.UUIDField(default=uuid.uuid4)),
            ],
            options={
                "verbose_name": "log of changes",
                "verbose_name_plural": "logs of changes",
            },
        ),
        migrations.CreateModel(
            name="Pace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("level", models.FloatField(default=0.0)),
                ("at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "pace of sending",
            },
        ),
        migrations.CreateModel(
            name="Ask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("need", "the side of the need"), ("offer", "the side of the offer")],
                        max_length=5,
                        verbose_name="side",
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("remind_at", models.DateTimeField(default=matchmaking.models.ask.next_reminder)),
                ("reminded_at", models.DateTimeField(null=True)),
                ("lapsed_at", models.DateTimeField(null=True)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "yes"), ("later", "later"), ("no", "no")],
                        max_length=5,
                        verbose_name="answer",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_relevant", "not relevant"),
                            ("too_early", "too early"),
                            ("benefit_unclear", "benefit unclear"),
                            ("too_expensive", "too expensive"),
                            ("too_far", "too far away or wrong region"),
                            ("have_it", "already have it"),
                            ("no_capacity", "no capacity now"),
                            ("text_unclear", "text unclear"),
                            ("expired", "closed or expired"),
                            ("other", "other"),
                        ],
                        max_length=16,
                        verbose_name="reason",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=1000, verbose_name="note")),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "question to one side",
            },
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
        migrations.CreateModel(
            name="DigestRound",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("period", models.DateField()),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="digest_round",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "digest period",
            },
        ),
        migrations.CreateModel(
            name="Introduction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("message", models.TextField(max_length=4000, verbose_name="message")),
                ("meeting_at", models.DateTimeField(blank=True, null=True, verbose_name="proposal for a meeting")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("introduced_at", models.DateTimeField(null=True)),
                (
                    "broker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="introductions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "introduction",
            },
        ),
        migrations.CreateModel(
            name="Mail",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("digest", "digest"),
                            ("ask", "question to one side"),
                            ("reminder", "reminder"),
                            ("introduction", "introduction"),
                            ("expiry", "expiry notice"),
                            ("search", "hits of saved searches"),
                            ("confirm", "whether a client wants a search"),
                            ("member", "request to join an organisation"),
                            ("cluster", "request to join a cluster"),
                            ("broker", "request to become a broker"),
                            ("nobody", "a side without people"),
                            ("silenced", "an address that cannot be reached"),
                            ("handover", "a case handed over"),
                            ("follow_up", "question how it went"),
                            ("question", "question from the other side"),
                            ("reply", "answer from the other side"),
                            ("client", "whether a client agrees to a text"),
                            ("rewording", "whether an author agrees to a change"),
                        ],
                        max_length=12,
                    ),
                ),
                ("object_id", models.BigIntegerField(null=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("due", "due"),
                            ("sending", "being sent"),
                            ("sent", "sent"),
                            ("failed", "failed"),
                            ("dropped", "dropped: its cause was withdrawn"),
                            ("in_doubt", "in doubt"),
                            ("bundled", "told in another mail"),
                        ],
                        default="due",
                        max_length=8,
                    ),
                ),
                ("not_before", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("queued_at", models.DateTimeField(null=True)),
                ("first_claimed_at", models.DateTimeField(null=True)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("message_id", models.CharField(blank=True, max_length=200)),
                ("error", models.CharField(blank=True, max_length=500)),
                (
                    "ask",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="matchmaking.ask",
                    ),
                ),
                (
                    "carrier",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bundled",
                        to="matchmaking.mail",
                    ),
                ),
                (
                    "introduction",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="matchmaking.introduction",
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="catalog.need",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to="catalog.offer",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="mails",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "mail",
                "indexes": [models.Index(fields=["state", "not_before"], name="mail_due")],
            },
        ),
        migrations.CreateModel(
            name="DigestItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "section",
                    models.CharField(
                        choices=[
                            ("ask", "waiting for your answer"),
                            ("outcome", "what became of it"),
                            ("suggestion", "possible partners"),
                            ("review", "waiting for your review"),
                            ("scouting", "somebody should look around"),
                            ("unmet", "nothing fits yet"),
                            ("answered", "answers received"),
                            ("told", "how it went"),
                            ("lapsed", "not answered in time"),
                            ("idle", "without a next step"),
                            ("need", "needs that end soon"),
                            ("offer", "offers that end soon"),
                            ("demand", "in demand"),
                        ],
                        max_length=10,
                    ),
                ),
                ("object_id", models.BigIntegerField()),
                ("version", models.CharField(max_length=64)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="digest_items",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mail",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="items",
                        to="matchmaking.mail",
                    ),
                ),
            ],
            options={
                "verbose_name": "item of a digest",
                "constraints": [
                    models.UniqueConstraint(fields=("user", "section", "object_id"), name="digest_item_once_a_person")
                ],
            },
        ),
        migrations.CreateModel(
            name="Match",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("parked", "parked"),
                            ("rejected", "rejected by the broker"),
                            ("dismissed", "turned down by the side of the need before a broker decided"),
                            ("accepted", "accepted, both sides are being asked"),
                            ("declined", "declined by one side"),
                            ("lapsed", "one side did not answer"),
                            ("introduced", "introduced"),
                            ("in_contact", "in contact"),
                            ("negotiating", "negotiating"),
                            ("agreement", "agreement"),
                            ("no_agreement", "no agreement"),
                            ("withdrawn", "no longer proposed"),
                        ],
                        default="proposed",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("parked_until", models.DateField(blank=True, null=True)),
                ("rank", models.PositiveSmallIntegerField(default=0)),
                ("score", models.FloatField(default=0.0, verbose_name="score")),
                ("probability", models.FloatField(null=True)),
                ("components", models.JSONField(default=dict)),
                ("reasons", models.JSONField(default=list)),
                ("bridge", models.JSONField(default=list)),
                ("similar", models.JSONField(default=list)),
                ("suggested_at", models.DateTimeField(null=True)),
                ("wanted_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "cluster",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="matches",
                        to="accounts.cluster",
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="matches", to="catalog.need"
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="matches", to="catalog.offer"
                    ),
                ),
                (
                    "second_cluster",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.cluster",
                    ),
                ),
                (
                    "suggested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "wanted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "match",
                "verbose_name_plural": "matches",
            },
        ),
        migrations.AddField(
            model_name="introduction",
            name="match",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE, related_name="introduction", to="matchmaking.match"
            ),
        ),
        migrations.CreateModel(
            name="GlossaryEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("same", "speak of the same"), ("wrong", "have nothing to do with each other")],
                        default="same",
                        max_length=5,
                        verbose_name="verdict",
                    ),
                ),
                ("need_words", models.CharField(max_length=200, verbose_name="words of the need")),
                (
                    "need_language",
                    models.CharField(
                        choices=[
                            ("bg", "Български"),
                            ("cs", "Čeština"),
                            ("da", "Dansk"),
                            ("de", "Deutsch"),
                            ("el", "Ελληνικά"),
                            ("en", "English"),
                            ("es", "Español"),
                            ("et", "Eesti"),
                            ("fi", "Suomi"),
                            ("fr", "Français"),
                            ("ga", "Gaeilge"),
                            ("hr", "Hrvatski"),
                            ("hu", "Magyar"),
                            ("it", "Italiano"),
                            ("lt", "Lietuvių"),
                            ("lv", "Latviešu"),
                            ("mt", "Malti"),
                            ("nl", "Nederlands"),
                            ("pl", "Polski"),
                            ("pt", "Português"),
                            ("ro", "Română"),
                            ("sk", "Slovenčina"),
                            ("sl", "Slovenščina"),
                            ("sv", "Svenska"),
                        ],
                        max_length=2,
                        verbose_name="language of the need",
                    ),
                ),
                ("offer_words", models.CharField(max_length=200, verbose_name="words of the offer")),
                (
                    "offer_language",
                    models.CharField(
                        choices=[
                            ("bg", "Български"),
                            ("cs", "Čeština"),
                            ("da", "Dansk"),
                            ("de", "Deutsch"),
                            ("el", "Ελληνικά"),
                            ("en", "English"),
                            ("es", "Español"),
                            ("et", "Eesti"),
                            ("fi", "Suomi"),
                            ("fr", "Français"),
                            ("ga", "Gaeilge"),
                            ("hr", "Hrvatski"),
                            ("hu", "Magyar"),
                            ("it", "Italiano"),
                            ("lt", "Lietuvių"),
                            ("lv", "Latviešu"),
                            ("mt", "Malti"),
                            ("nl", "Nederlands"),
                            ("pl", "Polski"),
                            ("pt", "Português"),
                            ("ro", "Română"),
                            ("sk", "Slovenčina"),
                            ("sl", "Slovenščina"),
                            ("sv", "Svenska"),
                        ],
                        max_length=2,
                        verbose_name="language of the offer",
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("withdrawn_at", models.DateTimeField(null=True)),
                ("reading", models.BinaryField(default=b"")),
                ("lengths", models.JSONField(default=list, editable=False)),
                ("read_from", models.CharField(default="", editable=False, max_length=50)),
                (
                    "cluster",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="glossary_entries",
                        to="accounts.cluster",
                    ),
                ),
                (
                    "concept",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="glossary_entries",
                        to="catalog.concept",
                        verbose_name="concept",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "match",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="glossary_entries",
                        to="matchmaking.match",
                    ),
                ),
            ],
            options={
                "verbose_name": "glossary entry",
                "verbose_name_plural": "glossary entries",
                "indexes": [
                    models.Index(fields=["cluster", "verdict"], name="glossary_scope"),
                    models.Index(
                        condition=models.Q(("verdict", "wrong")), fields=["need_words"], name="glossary_parted"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("next_step", models.CharField(blank=True, max_length=200, verbose_name="next step")),
                ("next_step_on", models.DateField(blank=True, null=True, verbose_name="on the day")),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_relevant", "not relevant"),
                            ("too_early", "too early"),
                            ("benefit_unclear", "benefit unclear"),
                            ("too_expensive", "too expensive"),
                            ("too_far", "too far away or wrong region"),
                            ("have_it", "already have it"),
                            ("no_capacity", "no capacity now"),
                            ("text_unclear", "text unclear"),
                            ("expired", "closed or expired"),
                            ("other", "other"),
                        ],
                        max_length=16,
                        verbose_name="reason",
                    ),
                ),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("touched_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="cases",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "match",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="case", to="matchmaking.match"
                    ),
                ),
            ],
            options={
                "verbose_name": "case",
                "indexes": [models.Index(fields=["next_step_on"], name="case_by_day")],
            },
        ),
        migrations.AddField(
            model_name="ask",
            name="match",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="asks", to="matchmaking.match"
            ),
        ),
        migrations.CreateModel(
            name="Opening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(verbose_name="month")),
                ("number", models.PositiveIntegerField(default=0, verbose_name="number")),
                (
                    "offer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="openings", to="catalog.offer"
                    ),
                ),
            ],
            options={
                "verbose_name": "openings of an offer in a month",
                "verbose_name_plural": "openings of offers by month",
                "constraints": [models.UniqueConstraint(fields=("offer", "month"), name="opening_once_a_month")],
            },
        ),
        migrations.CreateModel(
            name="OptOut",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "group",
                    models.CharField(
                        choices=[
                            ("digest", "what is new for you, in one mail"),
                            ("searches", "new hits of saved searches"),
                            ("questions", "questions about possible partners"),
                            ("expiry", "texts of yours that end soon"),
                            ("joining", "requests to join, and their decision"),
                            ("cases", "cases that need a broker"),
                            ("introduced", "what becomes of your introductions"),
                        ],
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="opt_outs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "mail not wanted",
                "constraints": [models.UniqueConstraint(fields=("user", "group"), name="opt_out_once")],
            },
        ),
        migrations.CreateModel(
            name="Peer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name")),
                ("url", models.URLField(max_length=300, verbose_name="address")),
                ("contact", models.EmailField(max_length=254, verbose_name="e-mail address of the brokers there")),
                (
                    "token",
                    models.CharField(blank=True, max_length=200, verbose_name="key that its operator gave you"),
                ),
                ("key_hash", models.CharField(editable=False, max_length=64)),
                ("cursor", models.CharField(blank=True, editable=False, max_length=400)),
                ("synced_at", models.DateTimeField(editable=False, null=True, verbose_name="last in step")),
                ("not_before", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "failures",
                    models.PositiveSmallIntegerField(default=0, editable=False, verbose_name="failures since"),
                ),
                (
                    "refused",
                    models.PositiveIntegerField(
                        default=0, editable=False, verbose_name="records refused at the last time"
                    ),
                ),
                ("error", models.CharField(blank=True, editable=False, max_length=200, verbose_name="error")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("ended_at", models.DateTimeField(editable=False, null=True, verbose_name="ended")),
                (
                    "account",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cluster",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="peer",
                        to="accounts.cluster",
                    ),
                ),
            ],
            options={
                "verbose_name": "linked installation",
                "verbose_name_plural": "linked installations",
            },
        ),
        migrations.CreateModel(
            name="Accord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("need", "the side of the need"), ("offer", "the side of the offer")],
                        max_length=5,
                        verbose_name="side",
                    ),
                ),
                ("number", models.BigIntegerField(null=True)),
                (
                    "heard",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("accepted", "a broker has accepted"),
                            ("later", "the side answered: later"),
                            ("yes", "the side answered: yes"),
                            ("introduced", "names were given"),
                            ("ended", "ended"),
                        ],
                        max_length=10,
                        verbose_name="heard",
                    ),
                ),
                (
                    "told",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("accepted", "a broker has accepted"),
                            ("later", "the side answered: later"),
                            ("yes", "the side answered: yes"),
                            ("introduced", "names were given"),
                            ("ended", "ended"),
                        ],
                        max_length=10,
                        verbose_name="told",
                    ),
                ),
                ("told_people", models.PositiveSmallIntegerField(default=0)),
                ("identity", models.JSONField(default=dict)),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("not_before", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=200, verbose_name="error")),
                (
                    "match",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="accord",
                        to="matchmaking.match",
                    ),
                ),
                (
                    "peer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="accords", to="matchmaking.peer"
                    ),
                ),
            ],
            options={
                "verbose_name": "agreement with a linked installation",
                "verbose_name_plural": "agreements with linked installations",
                "constraints": [models.UniqueConstraint(fields=("peer", "side", "number"), name="accord_once")],
            },
        ),
        migrations.CreateModel(
            name="Question",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("need", "the side of the need"), ("offer", "the side of the offer")],
                        max_length=5,
                        verbose_name="who asks",
                    ),
                ),
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("cost", "What does a first project cost?"),
                            ("payback", "How soon does it pay back?"),
                            ("evidence", "What was measured, and where?"),
                            ("maturity", "How mature is it?"),
                            ("reversibility", "Can it be undone if it does not work?"),
                            ("references", "Who uses it already, and may they be asked?"),
                            ("contribution", "What must the customer contribute?"),
                            ("budget", "What may it cost?"),
                            ("deadline", "By when is it needed?"),
                            ("limits", "What must a solution be able to do?"),
                            ("tried", "What was tried already?"),
                            ("other", "Another question"),
                        ],
                        max_length=16,
                        verbose_name="question",
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=1000, verbose_name="in your words")),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("answer", models.CharField(blank=True, max_length=1000, verbose_name="answer")),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "match",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="questions", to="matchmaking.match"
                    ),
                ),
            ],
            options={
                "verbose_name": "question between the sides",
                "verbose_name_plural": "questions between the sides",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("topic", "other"), _negated=True),
                        fields=("match", "side", "topic"),
                        name="question_once_a_topic",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RankerVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("learnt", models.JSONField(default=dict)),
                ("calibration", models.JSONField(default=dict)),
                ("metrics", models.JSONField(default=dict)),
                ("counts", models.JSONField(default=dict)),
                ("is_better", models.BooleanField(default=False, verbose_name="better than the weights set by hand")),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("is_active", models.BooleanField(default=False, verbose_name="in use")),
                ("activated_at", models.DateTimeField(null=True)),
                (
                    "activated_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "ranker version",
                "ordering": ["-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("is_active", True)), fields=("is_active",), name="one_active_ranker"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Review",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "verdict",
                    models.CharField(
                        choices=[("accept", "accept"), ("reject", "reject"), ("park", "park")],
                        max_length=8,
                        verbose_name="verdict",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_relevant", "not relevant"),
                            ("too_early", "too early"),
                            ("benefit_unclear", "benefit unclear"),
                            ("too_expensive", "too expensive"),
                            ("too_far", "too far away or wrong region"),
                            ("have_it", "already have it"),
                            ("no_capacity", "no capacity now"),
                            ("text_unclear", "text unclear"),
                            ("expired", "closed or expired"),
                            ("other", "other"),
                        ],
                        max_length=16,
                        verbose_name="reason",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=1000, verbose_name="note")),
                ("was_parked_until", models.DateField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "broker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="reviews",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "match",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reviews", to="matchmaking.match"
                    ),
                ),
                (
                    "took_from",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.cluster",
                    ),
                ),
            ],
            options={
                "verbose_name": "review",
                "ordering": ["created_at"],
            },
        ),
        migrations.CreateModel(
            name="Run",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fingerprint", models.CharField(max_length=160)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("candidates", models.PositiveIntegerField()),
                ("proposed", models.PositiveIntegerField()),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="runs", to="catalog.need"
                    ),
                ),
            ],
            options={
                "verbose_name": "run",
                "indexes": [models.Index(fields=["need", "fingerprint"], name="run_at_fingerprint")],
            },
        ),
        migrations.AddField(
            model_name="match",
            name="run",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="matches", to="matchmaking.run"
            ),
        ),
        migrations.CreateModel(
            name="SavedSearch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("offer", "offers"), ("need", "needs")],
                        default="offer",
                        max_length=5,
                        verbose_name="search in",
                    ),
                ),
                ("text", models.CharField(blank=True, max_length=400, verbose_name="words")),
                (
                    "language",
                    models.CharField(
                        choices=[
                            ("bg", "Български"),
                            ("cs", "Čeština"),
                            ("da", "Dansk"),
                            ("de", "Deutsch"),
                            ("el", "Ελληνικά"),
                            ("en", "English"),
                            ("es", "Español"),
                            ("et", "Eesti"),
                            ("fi", "Suomi"),
                            ("fr", "Français"),
                            ("ga", "Gaeilge"),
                            ("hr", "Hrvatski"),
                            ("hu", "Magyar"),
                            ("it", "Italiano"),
                            ("lt", "Lietuvių"),
                            ("lv", "Latviešu"),
                            ("mt", "Malti"),
                            ("nl", "Nederlands"),
                            ("pl", "Polski"),
                            ("pt", "Português"),
                            ("ro", "Română"),
                            ("sk", "Slovenčina"),
                            ("sl", "Slovenščina"),
                            ("sv", "Svenska"),
                        ],
                        default="en",
                        max_length=2,
                    ),
                ),
                ("filters", models.JSONField(default=dict)),
                (
                    "frequency",
                    models.CharField(
                        choices=[
                            ("daily", "every day"),
                            ("weekly", "once a week"),
                            ("monthly", "once a month"),
                            ("never", "never"),
                        ],
                        default="weekly",
                        max_length=8,
                        verbose_name="how often",
                    ),
                ),
                (
                    "client_email",
                    models.EmailField(blank=True, max_length=254, verbose_name="e-mail address of the client"),
                ),
                (
                    "client_language",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("bg", "Български"),
                            ("cs", "Čeština"),
                            ("da", "Dansk"),
                            ("de", "Deutsch"),
                            ("el", "Ελληνικά"),
                            ("en", "English"),
                            ("es", "Español"),
                            ("et", "Eesti"),
                            ("fi", "Suomi"),
                            ("fr", "Français"),
                            ("ga", "Gaeilge"),
                            ("hr", "Hrvatski"),
                            ("hu", "Magyar"),
                            ("it", "Italiano"),
                            ("lt", "Lietuvių"),
                            ("lv", "Latviešu"),
                            ("mt", "Malti"),
                            ("nl", "Nederlands"),
                            ("pl", "Polski"),
                            ("pt", "Português"),
                            ("ro", "Română"),
                            ("sk", "Slovenčina"),
                            ("sl", "Slovenščina"),
                            ("sv", "Svenska"),
                        ],
                        max_length=2,
                        verbose_name="language of the client",
                    ),
                ),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                ("feed_key", models.CharField(editable=False, max_length=43, null=True, unique=True)),
                ("period", models.DateField(null=True)),
                (
                    "mail",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="searches",
                        to="matchmaking.mail",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_searches",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "saved search",
                "indexes": [
                    models.Index(condition=models.Q(("ended_at", None)), fields=["owner"], name="saved_search_of")
                ],
            },
        ),
        migrations.CreateModel(
            name="Scouting",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "nobody looks around yet"),
                            ("taken", "a broker looks around"),
                            ("done", "done"),
                        ],
                        default="open",
                        max_length=5,
                        verbose_name="state",
                    ),
                ),
                ("text_hash", models.CharField(max_length=32)),
                ("note", models.CharField(blank=True, max_length=1000, verbose_name="what was found")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("taken_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("closed_by_itself", models.BooleanField(default=False)),
                (
                    "cluster",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="scoutings",
                        to="accounts.cluster",
                    ),
                ),
                (
                    "done_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="scoutings", to="catalog.need"
                    ),
                ),
                (
                    "taken_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "scouting task",
                "indexes": [models.Index(fields=["state", "created_at"], name="scouting_list")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("open", "taken"))), fields=("need",), name="scouting_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SearchHit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("object_id", models.BigIntegerField()),
                (
                    "mail",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="hits",
                        to="matchmaking.mail",
                    ),
                ),
                (
                    "search",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="hits", to="matchmaking.savedsearch"
                    ),
                ),
            ],
            options={
                "verbose_name": "hit of a saved search",
                "constraints": [models.UniqueConstraint(fields=("search", "object_id"), name="search_hit_once")],
            },
        ),
        migrations.CreateModel(
            name="SilencedAddress",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.EmailField(max_length=254, unique=True, verbose_name="e-mail address")),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("bounce", "mail to it comes back"),
                            ("complaint", "its reader called our mail unwanted"),
                        ],
                        max_length=10,
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=300)),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "silenced address",
                "verbose_name_plural": "silenced addresses",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("address", django.db.models.functions.text.Lower("address"))),
                        name="silenced_in_small_letters",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Webhook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("url", models.URLField(max_length=500, verbose_name="address")),
                (
                    "events",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("match", "match"),
                                ("answer", "answer"),
                                ("introduction", "introduction"),
                                ("outcome", "outcome"),
                            ],
                            max_length=12,
                        ),
                        size=None,
                        verbose_name="events",
                    ),
                ),
                (
                    "nonce",
                    models.CharField(default=matchmaking.models.webhook.new_nonce, editable=False, max_length=32),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("ended_at", models.DateTimeField(editable=False, null=True)),
                (
                    "cluster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="webhooks",
                        to="accounts.cluster",
                        verbose_name="cluster",
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="webhooks",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "webhook",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("match", "match"),
                            ("answer", "answer"),
                            ("introduction", "introduction"),
                            ("outcome", "outcome"),
                        ],
                        max_length=12,
                        verbose_name="event",
                    ),
                ),
                ("key", models.CharField(max_length=80)),
                ("about", models.JSONField(default=dict)),
                ("happened_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("due", "due"),
                            ("sending", "being sent"),
                            ("sent", "sent"),
                            ("dropped", "not needed any more"),
                            ("dead", "given up"),
                        ],
                        default="due",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("not_before", models.DateTimeField(default=django.utils.timezone.now)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("error", models.CharField(blank=True, max_length=200)),
                (
                    "match",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="matchmaking.match"
                    ),
                ),
                (
                    "webhook",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="deliveries",
                        to="matchmaking.webhook",
                    ),
                ),
            ],
            options={
                "verbose_name": "delivery to a webhook",
                "verbose_name_plural": "deliveries to webhooks",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("due", "sending"))),
                        fields=["not_before"],
                        name="delivery_due",
                    )
                ],
                "constraints": [models.UniqueConstraint(fields=("webhook", "key"), name="delivery_once")],
            },
        ),
        migrations.CreateModel(
            name="Achievement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("need", "the side of the need"), ("offer", "the side of the offer")],
                        max_length=5,
                        verbose_name="side",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("commercial", "commercial agreement"),
                            ("investment", "investment agreement"),
                            ("outsourcing", "outsourcing agreement"),
                            ("supplier", "supplier agreement"),
                            ("technical_assistance", "commercial agreement with technical assistance"),
                            ("rd_cooperation", "R&D cooperation agreement"),
                        ],
                        max_length=24,
                        verbose_name="kind of collaboration",
                    ),
                ),
                ("jobs", models.PositiveIntegerField(blank=True, null=True, verbose_name="jobs created or kept")),
                (
                    "savings",
                    models.PositiveIntegerField(blank=True, null=True, verbose_name="savings a year, in euros"),
                ),
                (
                    "green_effect",
                    models.CharField(blank=True, max_length=1000, verbose_name="good for the environment"),
                ),
                ("quote", models.CharField(blank=True, max_length=500, verbose_name="in one sentence")),
                ("may_publish", models.BooleanField(default=False, verbose_name="may be published")),
                ("told_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "told_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="achievements",
                        to="matchmaking.case",
                    ),
                ),
            ],
            options={
                "verbose_name": "achievement",
                "constraints": [models.UniqueConstraint(fields=("case", "side"), name="achievement_once_a_side")],
            },
        ),
        migrations.CreateModel(
            name="CaseEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("moved", "moved"),
                            ("planned", "next step"),
                            ("taken", "taken care of"),
                            ("handed", "handed over"),
                            ("noted", "note"),
                        ],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("proposed", "proposed"),
                            ("parked", "parked"),
                            ("rejected", "rejected by the broker"),
                            ("dismissed", "turned down by the side of the need before a broker decided"),
                            ("accepted", "accepted, both sides are being asked"),
                            ("declined", "declined by one side"),
                            ("lapsed", "one side did not answer"),
                            ("introduced", "introduced"),
                            ("in_contact", "in contact"),
                            ("negotiating", "negotiating"),
                            ("agreement", "agreement"),
                            ("no_agreement", "no agreement"),
                            ("withdrawn", "no longer proposed"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_relevant", "not relevant"),
                            ("too_early", "too early"),
                            ("benefit_unclear", "benefit unclear"),
                            ("too_expensive", "too expensive"),
                            ("too_far", "too far away or wrong region"),
                            ("have_it", "already have it"),
                            ("no_capacity", "no capacity now"),
                            ("text_unclear", "text unclear"),
                            ("expired", "closed or expired"),
                            ("other", "other"),
                        ],
                        max_length=16,
                    ),
                ),
                ("on", models.DateField(null=True)),
                ("text", models.CharField(blank=True, max_length=2000)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="events", to="matchmaking.case"
                    ),
                ),
                (
                    "cluster",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.cluster",
                    ),
                ),
                (
                    "former",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "owner",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "event of a case",
                "ordering": ["at", "pk"],
                "indexes": [models.Index(fields=["case", "at"], name="case_history")],
            },
        ),
        migrations.CreateModel(
            name="FollowUp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("need", "the side of the need"), ("offer", "the side of the offer")],
                        max_length=5,
                        verbose_name="side",
                    ),
                ),
                ("months", models.PositiveSmallIntegerField(verbose_name="months after the introduction")),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "progress",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("together", "we work together"),
                            ("talking", "we are still talking"),
                            ("nothing", "nothing came of it"),
                        ],
                        max_length=8,
                        verbose_name="how it went",
                    ),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_relevant", "not relevant"),
                            ("too_early", "too early"),
                            ("benefit_unclear", "benefit unclear"),
                            ("too_expensive", "too expensive"),
                            ("too_far", "too far away or wrong region"),
                            ("have_it", "already have it"),
                            ("no_capacity", "no capacity now"),
                            ("text_unclear", "text unclear"),
                            ("expired", "closed or expired"),
                            ("other", "other"),
                        ],
                        max_length=16,
                        verbose_name="reason",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=1000, verbose_name="note")),
                ("answered_at", models.DateTimeField(null=True)),
                (
                    "answered_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="follow_ups", to="matchmaking.case"
                    ),
                ),
            ],
            options={
                "verbose_name": "question how it went",
                "verbose_name_plural": "questions how it went",
                "constraints": [models.UniqueConstraint(fields=("case", "side", "months"), name="follow_up_once")],
            },
        ),
        migrations.CreateModel(
            name="Handing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "accord",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="handings", to="matchmaking.accord"
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "name given to a linked installation",
                "verbose_name_plural": "names given to linked installations",
                "constraints": [models.UniqueConstraint(fields=("accord", "person"), name="handing_once")],
            },
        ),
        migrations.AddIndex(
            model_name="ask",
            index=models.Index(
                condition=models.Q(("reminded_at", None)), fields=["remind_at"], name="ask_to_be_reminded"
            ),
        ),
        migrations.AddConstraint(
            model_name="ask",
            constraint=models.UniqueConstraint(fields=("match", "side"), name="ask_once_a_side"),
        ),
        migrations.AddIndex(
            model_name="match",
            index=models.Index(fields=["state", "-score"], name="match_queue"),
        ),
        migrations.AddConstraint(
            model_name="match",
            constraint=models.UniqueConstraint(fields=("need", "offer"), name="match_once"),
        ),
        migrations.RunSQL(CREATE),
    ]
