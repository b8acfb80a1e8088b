"""The first tables of accounts at once, for a database that has none; the tokens of programs come between."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import accounts.models.user


class Migration(migrations.Migration):
    replaces = [
        ("accounts", "0001_initial"),
        ("accounts", "0002_consent"),
        ("accounts", "0003_kept_answer"),
        ("accounts", "0004_kept_text"),
        ("accounts", "0005_introduced"),
        ("accounts", "0006_publication"),
    ]

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail address")),
                ("name", models.CharField(blank=True, max_length=120, verbose_name="name")),
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
                        verbose_name="language",
                    ),
                ),
                (
                    "time_zone",
                    models.CharField(
                        default="Europe/Brussels",
                        max_length=64,
                        validators=[accounts.models.user.known_time_zone],
                        verbose_name="time zone",
                    ),
                ),
                (
                    "digest_frequency",
                    models.CharField(
                        choices=[
                            ("daily", "every day"),
                            ("weekly", "once a week"),
                            ("monthly", "once a month"),
                            ("never", "never"),
                        ],
                        default="weekly",
                        max_length=8,
                        verbose_name="suggestions by mail",
                    ),
                ),
                (
                    "digest_weekday",
                    models.PositiveSmallIntegerField(
                        choices=[
                            (0, "Monday"),
                            (1, "Tuesday"),
                            (2, "Wednesday"),
                            (3, "Thursday"),
                            (4, "Friday"),
                            (5, "Saturday"),
                            (6, "Sunday"),
                        ],
                        default=1,
                        verbose_name="on",
                    ),
                ),
                (
                    "digest_hour",
                    models.PositiveSmallIntegerField(
                        default=8,
                        validators=[django.core.validators.MaxValueValidator(23)],
                        verbose_name="at (hour of the day)",
                    ),
                ),
                ("is_active", models.BooleanField(default=True, verbose_name="active")),
                ("is_staff", models.BooleanField(default=False, verbose_name="may use the administration")),
                ("date_joined", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
            options={
                "verbose_name": "person",
                "verbose_name_plural": "people",
            },
        ),
        migrations.CreateModel(
            name="Brokership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "waiting for approval"),
                            ("approved", "approved"),
                            ("declined", "declined"),
                        ],
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("requested_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("decided_at", models.DateTimeField(editable=False, null=True)),
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="brokerships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "broker of a cluster",
            },
        ),
        migrations.CreateModel(
            name="Cluster",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(unique=True)),
                (
                    "is_default",
                    models.BooleanField(
                        default=False, verbose_name="takes the matches of organisations without a cluster"
                    ),
                ),
                (
                    "brokers",
                    models.ManyToManyField(
                        through="accounts.Brokership", through_fields=("cluster", "user"), to=settings.AUTH_USER_MODEL
                    ),
                ),
                ("linked", models.ManyToManyField(blank=True, to="accounts.cluster", verbose_name="linked clusters")),
            ],
            options={
                "verbose_name": "cluster",
            },
        ),
        migrations.AddField(
            model_name="brokership",
            name="cluster",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="brokerships", to="accounts.cluster"
            ),
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "waiting for approval"),
                            ("approved", "approved"),
                            ("declined", "declined"),
                        ],
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("requested_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("decided_at", models.DateTimeField(editable=False, null=True)),
                (
                    "role",
                    models.CharField(
                        choices=[("owner", "owner"), ("editor", "editor")],
                        default="editor",
                        max_length=8,
                        verbose_name="role",
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
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "membership",
            },
        ),
        migrations.CreateModel(
            name="Organisation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("sme", "Small or medium-sized company"),
                            ("large_company", "Large company"),
                            ("research", "Research organisation or university"),
                            ("public_body", "Public body"),
                            ("cluster", "Cluster"),
                        ],
                        default="sme",
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                (
                    "country",
                    models.CharField(
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
                        verbose_name="country",
                    ),
                ),
                ("region", models.CharField(blank=True, max_length=5, verbose_name="region (NUTS code)")),
                (
                    "size",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("micro", "fewer than 10 people"),
                            ("small", "10 to 49 people"),
                            ("medium", "50 to 249 people"),
                            ("large", "250 people or more"),
                        ],
                        max_length=8,
                        verbose_name="size",
                    ),
                ),
                (
                    "languages",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
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
                        ),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="languages",
                    ),
                ),
                ("website", models.URLField(blank=True, verbose_name="website")),
                ("description", models.CharField(blank=True, max_length=1000, verbose_name="short description")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                (
                    "people",
                    models.ManyToManyField(
                        through="accounts.Membership",
                        through_fields=("organisation", "user"),
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "organisation",
                "constraints": [
                    models.UniqueConstraint(
                        django.db.models.functions.text.Lower("name"),
                        models.F("country"),
                        name="organisation_once_a_country",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="membership",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="accounts.organisation"
            ),
        ),
        migrations.CreateModel(
            name="ClusterMembership",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("requested", "waiting for approval"),
                            ("approved", "approved"),
                            ("declined", "declined"),
                        ],
                        default="requested",
                        max_length=10,
                    ),
                ),
                ("requested_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("decided_at", models.DateTimeField(editable=False, null=True)),
                (
                    "cluster",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="memberships", to="accounts.cluster"
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
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="cluster_memberships",
                        to="accounts.organisation",
                    ),
                ),
            ],
            options={
                "verbose_name": "membership in a cluster",
                "constraints": [
                    models.UniqueConstraint(fields=("organisation", "cluster"), name="cluster_membership_once")
                ],
            },
        ),
        migrations.AddField(
            model_name="cluster",
            name="members",
            field=models.ManyToManyField(
                related_name="clusters", through="accounts.ClusterMembership", to="accounts.organisation"
            ),
        ),
        migrations.AddField(
            model_name="cluster",
            name="organisation",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="cluster", to="accounts.organisation"
            ),
        ),
        migrations.AddConstraint(
            model_name="brokership",
            constraint=models.UniqueConstraint(fields=("user", "cluster"), name="brokership_once"),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(fields=("user", "organisation"), name="membership_once"),
        ),
        migrations.AddConstraint(
            model_name="cluster",
            constraint=models.UniqueConstraint(
                models.F("is_default"), condition=models.Q(("is_default", True)), name="one_default_cluster"
            ),
        ),
        migrations.CreateModel(
            name="KeptAnswer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200, verbose_name="key")),
                ("request_hash", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(default=0, verbose_name="status")),
                ("body", models.JSONField(null=True)),
                ("headers", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="kept_answers",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "kept answer of the API",
                "verbose_name_plural": "kept answers of the API",
                "indexes": [models.Index(fields=["created_at"], name="kept_answer_age")],
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="kept_answer_once")],
            },
        ),
        migrations.AddField(
            model_name="user",
            name="kept_text",
            field=models.TextField(blank=True, default="", editable=False),
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("address", models.EmailField(blank=True, max_length=254, verbose_name="e-mail address")),
                (
                    "subject",
                    models.CharField(
                        choices=[
                            ("digest", "what is new for you, in one mail"),
                            ("searches", "new hits of saved searches"),
                            ("questions", "questions about possible partners"),
                            ("expiry", "texts of yours that end soon"),
                            ("joining", "requests to join, and their decision"),
                            ("cases", "cases that need a broker"),
                            ("introduced", "what becomes of your introductions"),
                            ("introduction", "being introduced to the other side"),
                            ("publication", "publishing what you achieved"),
                            ("client search", "a search that a broker set up for you"),
                        ],
                        max_length=16,
                        verbose_name="to what",
                    ),
                ),
                (
                    "act",
                    models.CharField(
                        choices=[
                            ("agreed", "agreed"),
                            ("postponed", "asked to be left in peace for now"),
                            ("declined", "declined"),
                            ("withdrawn", "taken back"),
                        ],
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                ("detail", models.CharField(blank=True, max_length=40, verbose_name="detail")),
                ("about", models.CharField(blank=True, max_length=100, verbose_name="about")),
                (
                    "door",
                    models.CharField(
                        choices=[
                            ("page", "on a page, signed in"),
                            ("mail", "by a link in a mail"),
                            ("api", "through the API"),
                            ("provider", "in the mail program"),
                        ],
                        max_length=8,
                        verbose_name="by which way",
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="when")),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="consents",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "decision on consent",
                "verbose_name_plural": "decisions on consent",
                "indexes": [
                    models.Index(
                        condition=models.Q(("address", ""), _negated=True),
                        fields=["address"],
                        name="consent_of_client",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("person__isnull", False), models.Q(("address", ""), _negated=True), _connector="XOR"
                        ),
                        name="consent_of_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("address", django.db.models.functions.text.Lower("address"))),
                        name="consent_in_small_letters",
                    ),
                ],
            },
        ),
    ]
