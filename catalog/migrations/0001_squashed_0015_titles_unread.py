"""All tables of catalog at once, for a database that has none: half the time of one migration after the other."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
import django.db.models.functions.text
import django.utils.timezone
import pgvector.django.halfvec
import pgvector.django.indexes
import pgvector.django.sparsevec
import pgvector.django.vector
from django.conf import settings
from django.db import migrations, models
from pgvector.django import VectorExtension

REFERENCES = """
CREATE FUNCTION catalog_set_reference() RETURNS trigger AS $$
DECLARE
    number text;
BEGIN
    IF NEW.reference = '' THEN
        number := nextval(TG_ARGV[0] || '_reference')::text;
        SELECT upper(TG_ARGV[0]) || '-' || country || '-' || to_char(NEW.created_at, 'YYYYMMDD') || '-'
               || lpad(number, greatest(5, length(number)), '0')
          INTO NEW.reference FROM accounts_organisation WHERE id = NEW.organisation_id;
    END IF;
    RETURN NEW;
END $$ LANGUAGE plpgsql;
CREATE TRIGGER need_set_reference BEFORE INSERT ON catalog_need
    FOR EACH ROW EXECUTE FUNCTION catalog_set_reference('need');
CREATE TRIGGER offer_set_reference BEFORE INSERT ON catalog_offer
    FOR EACH ROW EXECUTE FUNCTION catalog_set_reference('offer');
"""
# The arrays lie beside the rows, which stay at 70 bytes each.
BESIDE = "ALTER TABLE catalog_{one}terms SET (toast_tuple_target = 128)"


class Migration(migrations.Migration):
    replaces = [
        ("catalog", "0001_vector"),
        ("catalog", "0002_initial"),
        ("catalog", "0003_reference"),
        ("catalog", "0004_concepts"),
        ("catalog", "0005_sentence_vectors"),
        ("catalog", "0006_keys_of_phrases"),
        ("catalog", "0007_long_references"),
        ("catalog", "0008_import_job"),
        ("catalog", "0009_benefit_and_risk"),
        ("catalog", "0010_client_texts"),
        ("catalog", "0011_rewordings"),
        ("catalog", "0012_client_text_taken_back"),
        ("catalog", "0013_listed"),
        ("catalog", "0014_held_terms"),
        ("catalog", "0015_titles_unread"),
    ]
    initial = True

    dependencies = [
        ("accounts", "0012_rewordings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        VectorExtension(),
        migrations.RunSQL("CREATE SEQUENCE need_reference"),
        migrations.RunSQL("CREATE SEQUENCE offer_reference"),
        migrations.CreateModel(
            name="CorpusStatistic",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("offers", models.PositiveIntegerField(default=0)),
                ("needs", models.PositiveIntegerField(default=0)),
                ("encoder", models.CharField(default="", max_length=50)),
                ("mean_length", models.FloatField()),
                ("mean_grams", models.FloatField()),
                ("counted_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "corpus statistic",
            },
        ),
        migrations.CreateModel(
            name="MeasuredSpace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("encoder", models.CharField(max_length=50)),
                ("facts", models.BinaryField()),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("hubs_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "measured space",
                "get_latest_by": "pk",
            },
        ),
        migrations.CreateModel(
            name="Need",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("embedding", pgvector.django.vector.VectorField(editable=False, null=True)),
                ("embedding_dimension", models.PositiveSmallIntegerField(editable=False, null=True)),
                ("embedded_from", models.CharField(default="", editable=False, max_length=100)),
                ("embedded_at", models.DateTimeField(editable=False, null=True)),
                ("place", pgvector.django.vector.VectorField(editable=False, null=True)),
                ("placed_from", models.CharField(default="", editable=False, max_length=150)),
                (
                    "terms",
                    pgvector.django.sparsevec.SparseVectorField(dimensions=1000000000, editable=False, null=True),
                ),
                ("term_count", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "grams",
                    pgvector.django.sparsevec.SparseVectorField(dimensions=1000000000, editable=False, null=True),
                ),
                ("gram_count", models.PositiveIntegerField(default=0, editable=False)),
                ("terms_from", models.CharField(default="", editable=False, max_length=100)),
                ("concepts_from", models.CharField(default="", editable=False, max_length=150)),
                (
                    "reference",
                    models.CharField(
                        db_default="", editable=False, max_length=32, unique=True, verbose_name="reference number"
                    ),
                ),
                ("external_id", models.CharField(blank=True, max_length=100, verbose_name="external id")),
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
                        verbose_name="language of the text",
                    ),
                ),
                ("language_is_detected", models.BooleanField(default=True, editable=False)),
                ("title", models.CharField(max_length=256, verbose_name="title")),
                ("summary", models.CharField(blank=True, max_length=500, verbose_name="short summary")),
                ("description", models.TextField(max_length=4000, verbose_name="description")),
                (
                    "advantages",
                    models.TextField(blank=True, max_length=2000, verbose_name="advantages and innovation"),
                ),
                (
                    "expertise_sought",
                    models.TextField(
                        blank=True, max_length=2000, verbose_name="technical specification or expertise sought"
                    ),
                ),
                (
                    "partner_role",
                    models.TextField(blank=True, max_length=4000, verbose_name="expected role of the partner"),
                ),
                (
                    "stage",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("concept", "concept stage"),
                            ("development", "under development"),
                            ("lab_tested", "lab tested"),
                            ("demonstration", "available for demonstration"),
                            ("market", "already on the market"),
                        ],
                        max_length=16,
                        verbose_name="stage of development",
                    ),
                ),
                (
                    "ipr_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "none applied for"),
                            ("secret", "secret know-how"),
                            ("applied", "applied for, not yet granted"),
                            ("granted", "granted"),
                        ],
                        max_length=8,
                        verbose_name="IPR status",
                    ),
                ),
                (
                    "partnership_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("commercial", "commercial agreement"),
                                ("investment", "investment agreement"),
                                ("outsourcing", "outsourcing agreement"),
                                ("supplier", "supplier agreement"),
                                ("technical_assistance", "commercial agreement with technical assistance"),
                                ("rd_cooperation", "R&D cooperation agreement"),
                            ],
                            max_length=24,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="types of partnership",
                    ),
                ),
                (
                    "partner_kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("sme_10", "SME with up to 10 people"),
                                ("sme_49", "SME with 11 to 49 people"),
                                ("sme_249", "SME with 50 to 249 people"),
                                ("big_company", "big company"),
                                ("rd_institution", "R&D institution"),
                                ("university", "university"),
                                ("other", "other"),
                            ],
                            max_length=16,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="type and size of partner",
                    ),
                ),
                (
                    "technology_keywords",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        size=5,
                        verbose_name="technology keywords",
                    ),
                ),
                (
                    "market_keywords",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        size=5,
                        verbose_name="market keywords",
                    ),
                ),
                (
                    "sdgs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(
                            validators=[
                                django.core.validators.MinValueValidator(1),
                                django.core.validators.MaxValueValidator(17),
                            ]
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="UN sustainable development goals",
                    ),
                ),
                (
                    "ecosystems",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("aerospace_defence", "aerospace and defence"),
                                ("agri_food", "agri-food"),
                                ("construction", "construction"),
                                ("cultural_creative", "cultural and creative industries"),
                                ("digital", "digital"),
                                ("electronics", "electronics"),
                                ("energy_intensive", "energy-intensive industries"),
                                ("renewables", "energy – renewables"),
                                ("health", "health"),
                                ("mobility", "mobility – transport – automotive"),
                                ("social_economy", "proximity, social economy and civil society"),
                                ("retail", "retail"),
                                ("textiles", "textiles"),
                                ("tourism", "tourism"),
                            ],
                            max_length=24,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="industrial ecosystems",
                    ),
                ),
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("AT", "Austria"),
                                ("BE", "Belgium"),
                                ("BG", "Bulgaria"),
                                ("HR", "Croatia"),
                                ("CY", "Cyprus"),
                                ("CZ", "Czechia"),
                                ("DK", "Denmark"),
                                ("EE", "Estonia"),
                                ("FI", "Finland"),
                                ("FR", "France"),
                                ("DE", "Germany"),
                                ("GR", "Greece"),
                                ("HU", "Hungary"),
                                ("IE", "Ireland"),
                                ("IT", "Italy"),
                                ("LV", "Latvia"),
                                ("LT", "Lithuania"),
                                ("LU", "Luxembourg"),
                                ("MT", "Malta"),
                                ("NL", "Netherlands"),
                                ("PL", "Poland"),
                                ("PT", "Portugal"),
                                ("RO", "Romania"),
                                ("SK", "Slovakia"),
                                ("SI", "Slovenia"),
                                ("ES", "Spain"),
                                ("SE", "Sweden"),
                                ("AL", "Albania"),
                                ("BA", "Bosnia and Herzegovina"),
                                ("CH", "Switzerland"),
                                ("GB", "United Kingdom"),
                                ("GE", "Georgia"),
                                ("IS", "Iceland"),
                                ("LI", "Liechtenstein"),
                                ("MD", "Moldova"),
                                ("ME", "Montenegro"),
                                ("MK", "North Macedonia"),
                                ("NO", "Norway"),
                                ("RS", "Serbia"),
                                ("TR", "Türkiye"),
                                ("UA", "Ukraine"),
                            ],
                            max_length=2,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="target countries",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("questioned", "more information asked"),
                            ("published", "published"),
                            ("paused", "paused"),
                            ("met_here", "closed: met here"),
                            ("met_elsewhere", "closed: met elsewhere"),
                            ("withdrawn", "closed: withdrawn"),
                            ("unmet", "closed: unmet"),
                            ("expired", "expired"),
                            ("archived", "archived"),
                        ],
                        default="draft",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("public", "public: everybody sees the text and the organisation"),
                            (
                                "anonymous",
                                "anonymous: others see the text without names, and only country, kind and size",
                            ),
                            ("network", "network only: only the brokers of linked clusters see it, without names"),
                        ],
                        default="public",
                        max_length=10,
                        verbose_name="who may see it",
                    ),
                ),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("published_at", models.DateTimeField(editable=False, null=True)),
                ("closed_at", models.DateTimeField(editable=False, null=True)),
                (
                    "text_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.MD5(
                            django.db.models.functions.text.Concat(
                                "title",
                                "summary",
                                "description",
                                "advantages",
                                "expertise_sought",
                                "partner_role",
                                "language",
                                output_field=models.TextField(),
                            )
                        ),
                        output_field=models.CharField(max_length=32),
                    ),
                ),
                (
                    "budget_band",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("under_5k", "under €5,000"),
                            ("5k_25k", "€5,000 to €25,000"),
                            ("25k_100k", "€25,000 to €100,000"),
                            ("over_100k", "over €100,000"),
                            ("on_request", "on request"),
                            ("unknown", "not known yet"),
                        ],
                        max_length=12,
                        verbose_name="budget",
                    ),
                ),
                ("deadline", models.DateField(blank=True, null=True, verbose_name="needed by")),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "cluster",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="needs",
                        to="accounts.cluster",
                        verbose_name="cluster that takes care of it",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="accounts.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "need",
                "abstract": False,
                "indexes": [
                    pgvector.django.indexes.HnswIndex(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.comparison.Cast(
                                "place", pgvector.django.halfvec.HalfVectorField(dimensions=384)
                            ),
                            "halfvec_cosine_ops",
                        ),
                        condition=models.Q(("embedding_dimension", 384)),
                        ef_construction=64,
                        m=16,
                        name="need_place",
                    ),
                    models.Index(fields=["state", "valid_until"], name="need_state"),
                    models.Index(
                        fields=["organisation"],
                        include=("id", "author", "state", "visibility", "valid_until", "updated_at"),
                        name="need_listed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("organisation", "external_id"),
                        name="need_external_id_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Offer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("embedding", pgvector.django.vector.VectorField(editable=False, null=True)),
                ("embedding_dimension", models.PositiveSmallIntegerField(editable=False, null=True)),
                ("embedded_from", models.CharField(default="", editable=False, max_length=100)),
                ("embedded_at", models.DateTimeField(editable=False, null=True)),
                ("place", pgvector.django.vector.VectorField(editable=False, null=True)),
                ("placed_from", models.CharField(default="", editable=False, max_length=150)),
                (
                    "terms",
                    pgvector.django.sparsevec.SparseVectorField(dimensions=1000000000, editable=False, null=True),
                ),
                ("term_count", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "grams",
                    pgvector.django.sparsevec.SparseVectorField(dimensions=1000000000, editable=False, null=True),
                ),
                ("gram_count", models.PositiveIntegerField(default=0, editable=False)),
                ("terms_from", models.CharField(default="", editable=False, max_length=100)),
                ("concepts_from", models.CharField(default="", editable=False, max_length=150)),
                (
                    "reference",
                    models.CharField(
                        db_default="", editable=False, max_length=32, unique=True, verbose_name="reference number"
                    ),
                ),
                ("external_id", models.CharField(blank=True, max_length=100, verbose_name="external id")),
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
                        verbose_name="language of the text",
                    ),
                ),
                ("language_is_detected", models.BooleanField(default=True, editable=False)),
                ("title", models.CharField(max_length=256, verbose_name="title")),
                ("summary", models.CharField(blank=True, max_length=500, verbose_name="short summary")),
                ("description", models.TextField(max_length=4000, verbose_name="description")),
                (
                    "advantages",
                    models.TextField(blank=True, max_length=2000, verbose_name="advantages and innovation"),
                ),
                (
                    "expertise_sought",
                    models.TextField(
                        blank=True, max_length=2000, verbose_name="technical specification or expertise sought"
                    ),
                ),
                (
                    "partner_role",
                    models.TextField(blank=True, max_length=4000, verbose_name="expected role of the partner"),
                ),
                (
                    "stage",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("concept", "concept stage"),
                            ("development", "under development"),
                            ("lab_tested", "lab tested"),
                            ("demonstration", "available for demonstration"),
                            ("market", "already on the market"),
                        ],
                        max_length=16,
                        verbose_name="stage of development",
                    ),
                ),
                (
                    "ipr_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("none", "none applied for"),
                            ("secret", "secret know-how"),
                            ("applied", "applied for, not yet granted"),
                            ("granted", "granted"),
                        ],
                        max_length=8,
                        verbose_name="IPR status",
                    ),
                ),
                (
                    "partnership_types",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("commercial", "commercial agreement"),
                                ("investment", "investment agreement"),
                                ("outsourcing", "outsourcing agreement"),
                                ("supplier", "supplier agreement"),
                                ("technical_assistance", "commercial agreement with technical assistance"),
                                ("rd_cooperation", "R&D cooperation agreement"),
                            ],
                            max_length=24,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="types of partnership",
                    ),
                ),
                (
                    "partner_kinds",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("sme_10", "SME with up to 10 people"),
                                ("sme_49", "SME with 11 to 49 people"),
                                ("sme_249", "SME with 50 to 249 people"),
                                ("big_company", "big company"),
                                ("rd_institution", "R&D institution"),
                                ("university", "university"),
                                ("other", "other"),
                            ],
                            max_length=16,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="type and size of partner",
                    ),
                ),
                (
                    "technology_keywords",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        size=5,
                        verbose_name="technology keywords",
                    ),
                ),
                (
                    "market_keywords",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=80),
                        blank=True,
                        default=list,
                        size=5,
                        verbose_name="market keywords",
                    ),
                ),
                (
                    "sdgs",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveSmallIntegerField(
                            validators=[
                                django.core.validators.MinValueValidator(1),
                                django.core.validators.MaxValueValidator(17),
                            ]
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="UN sustainable development goals",
                    ),
                ),
                (
                    "ecosystems",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("aerospace_defence", "aerospace and defence"),
                                ("agri_food", "agri-food"),
                                ("construction", "construction"),
                                ("cultural_creative", "cultural and creative industries"),
                                ("digital", "digital"),
                                ("electronics", "electronics"),
                                ("energy_intensive", "energy-intensive industries"),
                                ("renewables", "energy – renewables"),
                                ("health", "health"),
                                ("mobility", "mobility – transport – automotive"),
                                ("social_economy", "proximity, social economy and civil society"),
                                ("retail", "retail"),
                                ("textiles", "textiles"),
                                ("tourism", "tourism"),
                            ],
                            max_length=24,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="industrial ecosystems",
                    ),
                ),
                (
                    "countries",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("AT", "Austria"),
                                ("BE", "Belgium"),
                                ("BG", "Bulgaria"),
                                ("HR", "Croatia"),
                                ("CY", "Cyprus"),
                                ("CZ", "Czechia"),
                                ("DK", "Denmark"),
                                ("EE", "Estonia"),
                                ("FI", "Finland"),
                                ("FR", "France"),
                                ("DE", "Germany"),
                                ("GR", "Greece"),
                                ("HU", "Hungary"),
                                ("IE", "Ireland"),
                                ("IT", "Italy"),
                                ("LV", "Latvia"),
                                ("LT", "Lithuania"),
                                ("LU", "Luxembourg"),
                                ("MT", "Malta"),
                                ("NL", "Netherlands"),
                                ("PL", "Poland"),
                                ("PT", "Portugal"),
                                ("RO", "Romania"),
                                ("SK", "Slovakia"),
                                ("SI", "Slovenia"),
                                ("ES", "Spain"),
                                ("SE", "Sweden"),
                                ("AL", "Albania"),
                                ("BA", "Bosnia and Herzegovina"),
                                ("CH", "Switzerland"),
                                ("GB", "United Kingdom"),
                                ("GE", "Georgia"),
                                ("IS", "Iceland"),
                                ("LI", "Liechtenstein"),
                                ("MD", "Moldova"),
                                ("ME", "Montenegro"),
                                ("MK", "North Macedonia"),
                                ("NO", "Norway"),
                                ("RS", "Serbia"),
                                ("TR", "Türkiye"),
                                ("UA", "Ukraine"),
                            ],
                            max_length=2,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="target countries",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("questioned", "more information asked"),
                            ("published", "published"),
                            ("paused", "paused"),
                            ("met_here", "closed: met here"),
                            ("met_elsewhere", "closed: met elsewhere"),
                            ("withdrawn", "closed: withdrawn"),
                            ("unmet", "closed: unmet"),
                            ("expired", "expired"),
                            ("archived", "archived"),
                        ],
                        default="draft",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("public", "public: everybody sees the text and the organisation"),
                            (
                                "anonymous",
                                "anonymous: others see the text without names, and only country, kind and size",
                            ),
                            ("network", "network only: only the brokers of linked clusters see it, without names"),
                        ],
                        default="public",
                        max_length=10,
                        verbose_name="who may see it",
                    ),
                ),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="valid until")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                ("published_at", models.DateTimeField(editable=False, null=True)),
                ("closed_at", models.DateTimeField(editable=False, null=True)),
                (
                    "text_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.MD5(
                            django.db.models.functions.text.Concat(
                                "title",
                                "summary",
                                "description",
                                "advantages",
                                "expertise_sought",
                                "partner_role",
                                "language",
                                output_field=models.TextField(),
                            )
                        ),
                        output_field=models.CharField(max_length=32),
                    ),
                ),
                (
                    "cost_band",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("under_5k", "under €5,000"),
                            ("5k_25k", "€5,000 to €25,000"),
                            ("25k_100k", "€25,000 to €100,000"),
                            ("over_100k", "over €100,000"),
                            ("on_request", "on request"),
                            ("unknown", "not known yet"),
                        ],
                        max_length=12,
                        verbose_name="cost to start with",
                    ),
                ),
                (
                    "payback",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("under_1", "within one year"),
                            ("1_2", "in one to two years"),
                            ("2_5", "in two to five years"),
                            ("over_5", "in more than five years"),
                            ("no_money", "it saves no money; it has other benefits"),
                        ],
                        max_length=12,
                        verbose_name="pays for itself",
                    ),
                ),
                (
                    "evidence",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("estimated", "estimated, not measured yet"),
                            ("lab", "measured in a laboratory"),
                            ("pilot", "measured in a pilot at one company"),
                            ("customers", "measured at several customers"),
                            ("independent", "checked by somebody independent"),
                        ],
                        max_length=12,
                        verbose_name="what the claims rest on",
                    ),
                ),
                (
                    "reversibility",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("easy", "can be tried and ended at any time"),
                            ("effort", "can be undone with some effort"),
                            ("permanent", "cannot be undone"),
                        ],
                        max_length=12,
                        verbose_name="can it be undone",
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="%(class)ss",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="%(class)ss",
                        to="accounts.organisation",
                        verbose_name="organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "offer",
                "abstract": False,
                "indexes": [
                    pgvector.django.indexes.HnswIndex(
                        django.contrib.postgres.indexes.OpClass(
                            django.db.models.functions.comparison.Cast(
                                "place", pgvector.django.halfvec.HalfVectorField(dimensions=384)
                            ),
                            "halfvec_cosine_ops",
                        ),
                        condition=models.Q(("embedding_dimension", 384)),
                        ef_construction=64,
                        m=16,
                        name="offer_place",
                    ),
                    models.Index(fields=["state", "valid_until"], name="offer_state"),
                    models.Index(
                        fields=["organisation"],
                        include=("id", "author", "state", "visibility", "valid_until", "updated_at"),
                        name="offer_listed",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("external_id", ""), _negated=True),
                        fields=("organisation", "external_id"),
                        name="offer_external_id_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Scheme",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("identifier", models.CharField(max_length=300, unique=True, verbose_name="identifier")),
                ("title", models.CharField(blank=True, max_length=300, verbose_name="title")),
                ("digest", models.CharField(default="", editable=False, max_length=64)),
                ("revision", models.PositiveIntegerField(default=0, editable=False)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
            ],
            options={
                "verbose_name": "vocabulary",
                "verbose_name_plural": "vocabularies",
            },
        ),
        migrations.CreateModel(
            name="TermStatistic",
            fields=[
                ("term", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("documents", models.PositiveIntegerField()),
            ],
            options={
                "verbose_name": "term statistic",
            },
        ),
        migrations.CreateModel(
            name="Concept",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("embedding", pgvector.django.vector.VectorField(editable=False, null=True)),
                ("embedded_from", models.CharField(default="", editable=False, max_length=100)),
                ("identifier", models.CharField(max_length=300, verbose_name="identifier")),
                (
                    "facet",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("technology", "technology"),
                            ("problem", "problem or goal"),
                            ("sector", "sector"),
                            ("green_aim", "green aim"),
                            ("digital_means", "digital means"),
                        ],
                        max_length=16,
                        verbose_name="facet",
                    ),
                ),
                (
                    "green_aims",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("energy", "energy"),
                                ("materials", "materials"),
                                ("water", "water"),
                                ("emissions", "emissions"),
                                ("waste", "waste"),
                                ("biodiversity", "biodiversity"),
                                ("transport", "transport"),
                            ],
                            max_length=16,
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="green aims",
                    ),
                ),
                ("definition", models.TextField(blank=True, max_length=2000, verbose_name="definition")),
                (
                    "definition_language",
                    models.CharField(default="en", max_length=8, verbose_name="language of the definition"),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("active", "in use"), ("retired", "no longer in use")],
                        default="active",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                (
                    "text_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.MD5("definition"),
                        output_field=models.CharField(max_length=32),
                    ),
                ),
                (
                    "broader",
                    models.ManyToManyField(
                        blank=True, related_name="narrower", to="catalog.concept", verbose_name="broader concepts"
                    ),
                ),
                (
                    "related",
                    models.ManyToManyField(
                        blank=True, related_name="related_from", to="catalog.concept", verbose_name="related concepts"
                    ),
                ),
                (
                    "scheme",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="concepts",
                        to="catalog.scheme",
                        verbose_name="vocabulary",
                    ),
                ),
            ],
            options={
                "verbose_name": "concept",
                "verbose_name_plural": "concepts",
                "constraints": [models.UniqueConstraint(fields=("scheme", "identifier"), name="concept_once")],
            },
        ),
        migrations.CreateModel(
            name="NeedReading",
            fields=[
                ("pieces", models.BinaryField()),
                ("tokens", models.BinaryField()),
                ("middle", models.BinaryField()),
                ("place", models.BinaryField(default=b"")),
                ("kept", models.BinaryField(default=b"")),
                ("kept_pieces", models.BinaryField(default=b"")),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="reading",
                        serialize=False,
                        to="catalog.need",
                    ),
                ),
            ],
            options={
                "verbose_name": "reading of a need",
            },
        ),
        migrations.CreateModel(
            name="NeedSentences",
            fields=[
                ("made_from", models.CharField(max_length=100)),
                ("vectors", models.BinaryField()),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="sentence_vectors",
                        serialize=False,
                        to="catalog.need",
                    ),
                ),
            ],
            options={
                "verbose_name": "sentences of a need",
            },
        ),
        migrations.CreateModel(
            name="NeedConcept",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("embedding", pgvector.django.vector.VectorField(editable=False, null=True)),
                ("embedded_from", models.CharField(default="", editable=False, max_length=100)),
                ("weight", models.FloatField(default=1.0)),
                ("sentence", models.TextField(blank=True)),
                ("field", models.CharField(blank=True, max_length=20)),
                ("phrase", models.CharField(blank=True, max_length=300)),
                ("key", models.CharField(blank=True, max_length=300)),
                (
                    "found_by",
                    models.CharField(
                        choices=[
                            ("words", "from the words"),
                            ("meaning", "from the meaning"),
                            ("author", "from the author"),
                            ("broker", "from a broker"),
                        ],
                        default="words",
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("suggested", "suggested"), ("confirmed", "confirmed"), ("removed", "removed")],
                        default="suggested",
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(editable=False, null=True)),
                (
                    "text_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.MD5("sentence"),
                        output_field=models.CharField(max_length=32),
                    ),
                ),
                (
                    "concept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="need_uses", to="catalog.concept"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="concept_uses", to="catalog.need"
                    ),
                ),
            ],
            options={
                "verbose_name": "concept of a need",
                "verbose_name_plural": "concepts of needs",
                "abstract": False,
                "indexes": [models.Index(fields=["concept", "weight"], name="needconcept_weight")],
                "constraints": [models.UniqueConstraint(fields=("document", "concept"), name="needconcept_once")],
            },
        ),
        migrations.CreateModel(
            name="OfferReading",
            fields=[
                ("pieces", models.BinaryField()),
                ("tokens", models.BinaryField()),
                ("middle", models.BinaryField()),
                ("place", models.BinaryField(default=b"")),
                ("kept", models.BinaryField(default=b"")),
                ("kept_pieces", models.BinaryField(default=b"")),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="reading",
                        serialize=False,
                        to="catalog.offer",
                    ),
                ),
                ("meaning_hub", models.FloatField(null=True)),
                ("token_hub", models.FloatField(null=True)),
            ],
            options={
                "verbose_name": "reading of an offer",
            },
        ),
        migrations.CreateModel(
            name="OfferSentences",
            fields=[
                ("made_from", models.CharField(max_length=100)),
                ("vectors", models.BinaryField()),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="sentence_vectors",
                        serialize=False,
                        to="catalog.offer",
                    ),
                ),
            ],
            options={
                "verbose_name": "sentences of an offer",
            },
        ),
        migrations.CreateModel(
            name="OfferTerms",
            fields=[
                (
                    "term_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                (
                    "gram_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="held_terms",
                        serialize=False,
                        to="catalog.offer",
                    ),
                ),
            ],
            options={
                "verbose_name": "terms of an offer",
                "abstract": False,
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["term_ids"], name="offerterms_terms"),
                    django.contrib.postgres.indexes.GinIndex(fields=["gram_ids"], name="offerterms_grams"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClientText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("offer", "offer"), ("need", "need")], max_length=5, verbose_name="kind"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="name of the contact")),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="e-mail address of the contact"),
                ),
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
                        verbose_name="language of the contact",
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("refused_at", models.DateTimeField(null=True)),
                ("taken_back_at", models.DateTimeField(null=True)),
                (
                    "broker",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="client_texts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="confirmed_texts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="client_texts",
                        to="accounts.organisation",
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="client_texts",
                        to="catalog.need",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="client_texts",
                        to="catalog.offer",
                    ),
                ),
            ],
            options={
                "verbose_name": "text entered for a client",
                "verbose_name_plural": "texts entered for clients",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", True), ("refused_at__isnull", True)),
                        fields=("need",),
                        name="client_text_asked_once_a_need",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("confirmed_at__isnull", True), ("refused_at__isnull", True)),
                        fields=("offer",),
                        name="client_text_asked_once_a_offer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file", models.FileField(upload_to="attachments/%Y/%m/", verbose_name="file")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("content_type", models.CharField(editable=False, max_length=100)),
                ("size", models.PositiveIntegerField(editable=False)),
                ("uploaded_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "need",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="catalog.need",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="attachments",
                        to="catalog.offer",
                    ),
                ),
            ],
            options={
                "verbose_name": "attachment",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("offer__isnull", True), ("need__isnull", True), _connector="XOR"),
                        name="attachment_of_one_document",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferConcept",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("embedding", pgvector.django.vector.VectorField(editable=False, null=True)),
                ("embedded_from", models.CharField(default="", editable=False, max_length=100)),
                ("weight", models.FloatField(default=1.0)),
                ("sentence", models.TextField(blank=True)),
                ("field", models.CharField(blank=True, max_length=20)),
                ("phrase", models.CharField(blank=True, max_length=300)),
                ("key", models.CharField(blank=True, max_length=300)),
                (
                    "found_by",
                    models.CharField(
                        choices=[
                            ("words", "from the words"),
                            ("meaning", "from the meaning"),
                            ("author", "from the author"),
                            ("broker", "from a broker"),
                        ],
                        default="words",
                        max_length=8,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[("suggested", "suggested"), ("confirmed", "confirmed"), ("removed", "removed")],
                        default="suggested",
                        max_length=9,
                    ),
                ),
                ("decided_at", models.DateTimeField(editable=False, null=True)),
                (
                    "text_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.MD5("sentence"),
                        output_field=models.CharField(max_length=32),
                    ),
                ),
                (
                    "concept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="offer_uses", to="catalog.concept"
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="concept_uses", to="catalog.offer"
                    ),
                ),
            ],
            options={
                "verbose_name": "concept of an offer",
                "verbose_name_plural": "concepts of offers",
                "abstract": False,
                "indexes": [models.Index(fields=["concept", "weight"], name="offerconcept_weight")],
                "constraints": [models.UniqueConstraint(fields=("document", "concept"), name="offerconcept_once")],
            },
        ),
        migrations.CreateModel(
            name="Rewording",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("texts", models.JSONField(verbose_name="proposed text")),
                ("text_hash", models.CharField(max_length=32)),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="why")),
                ("proposed_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("is_accepted", models.BooleanField(null=True)),
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
                    "need",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rewordings",
                        to="catalog.need",
                    ),
                ),
                (
                    "offer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rewordings",
                        to="catalog.offer",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="rewordings",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "proposed change of a text",
                "verbose_name_plural": "proposed changes of texts",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("offer__isnull", True), ("need__isnull", True), _connector="XOR"),
                        name="rewording_of_one_document",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=("need",),
                        name="rewording_once_a_need",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=("offer",),
                        name="rewording_once_a_offer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ConceptLabel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("embedding", pgvector.django.vector.VectorField(editable=False, null=True)),
                ("embedded_from", models.CharField(default="", editable=False, max_length=100)),
                ("language", models.CharField(max_length=8, verbose_name="language")),
                ("text", models.CharField(max_length=300, verbose_name="text")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("preferred", "preferred name"),
                            ("lay", "in everyday words"),
                            ("expert", "in experts' words"),
                        ],
                        default="preferred",
                        max_length=9,
                        verbose_name="kind",
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("shipped", "shipped with the platform"),
                            ("skos", "from an imported vocabulary"),
                            ("broker", "written by a broker"),
                            ("learnt", "learnt from what people confirmed"),
                        ],
                        default="shipped",
                        max_length=8,
                        verbose_name="source",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                ("key", models.CharField(blank=True, editable=False, max_length=300)),
                ("code", models.CharField(blank=True, editable=False, max_length=60)),
                (
                    "text_hash",
                    models.GeneratedField(
                        db_persist=True,
                        expression=django.db.models.functions.text.MD5("text"),
                        output_field=models.CharField(max_length=32),
                    ),
                ),
                (
                    "concept",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="labels", to="catalog.concept"
                    ),
                ),
            ],
            options={
                "verbose_name": "name of a concept",
                "verbose_name_plural": "names of concepts",
                "indexes": [
                    models.Index(
                        condition=models.Q(("key", ""), _negated=True), fields=["language", "key"], name="label_key"
                    ),
                    models.Index(condition=models.Q(("code", ""), _negated=True), fields=["code"], name="label_code"),
                ],
                "constraints": [models.UniqueConstraint(fields=("concept", "language", "text"), name="label_once")],
            },
        ),
        migrations.CreateModel(
            name="ImportJob",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("offer", "offer"), ("need", "need")], max_length=5)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("file", models.CharField(blank=True, max_length=200)),
                ("name", models.CharField(max_length=200, verbose_name="file")),
                ("columns", models.JSONField(default=list)),
                ("sample", models.JSONField(default=list)),
                ("mapping", models.JSONField(default=dict)),
                ("publishes", models.BooleanField(default=False)),
                ("is_all_or_nothing", models.BooleanField(default=False)),
                ("language", models.CharField(default="en", max_length=8)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("checking", "to be checked by you"),
                            ("waiting", "waiting"),
                            ("running", "running"),
                            ("done", "done"),
                            ("failed", "nothing was imported"),
                            ("stopped", "stopped"),
                        ],
                        default="checking",
                        max_length=8,
                        verbose_name="state",
                    ),
                ),
                ("waiting_since", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("rows_total", models.PositiveIntegerField(null=True)),
                ("rows_read", models.PositiveIntegerField(default=0)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("created", models.PositiveIntegerField(default=0)),
                ("updated", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("rejected", models.PositiveIntegerField(default=0)),
                ("problem", models.TextField(blank=True)),
                ("report", models.CharField(blank=True, max_length=200)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="import_jobs",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="import_jobs",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "indexes": [models.Index(fields=["state"], name="import_job_state")],
            },
        ),
        migrations.CreateModel(
            name="NeedTerms",
            fields=[
                (
                    "term_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                (
                    "gram_ids",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), default=list, size=None
                    ),
                ),
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="held_terms",
                        serialize=False,
                        to="catalog.need",
                    ),
                ),
            ],
            options={
                "verbose_name": "terms of a need",
                "abstract": False,
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["term_ids"], name="needterms_terms"),
                    django.contrib.postgres.indexes.GinIndex(fields=["gram_ids"], name="needterms_grams"),
                ],
            },
        ),
        migrations.RunSQL(REFERENCES),
        *(migrations.RunSQL(BESIDE.format(one=one)) for one in ("need", "offer")),
    ]
