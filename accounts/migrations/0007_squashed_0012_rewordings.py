"""What came later, at once, after the tokens of programs, which need users."""

import django.db.models.deletion
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("accounts", "0007_personal_token"),
        ("accounts", "0008_capacity"),
        ("accounts", "0009_verification"),
        ("accounts", "0010_origin"),
        ("accounts", "0011_client_texts"),
        ("accounts", "0012_rewordings"),
    ]

    dependencies = [
        ("accounts", "0006_publication"),
        ("knox", "0009_extend_authtoken_field"),
    ]

    operations = [
        migrations.CreateModel(
            name="PersonalToken",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(blank=True, max_length=80, verbose_name="name")),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("read", "read"),
                            ("write", "read and write"),
                            ("broker", "read, write and decide as a broker"),
                        ],
                        default="read",
                        max_length=8,
                        verbose_name="what it may do",
                    ),
                ),
                ("last_used_at", models.DateTimeField(null=True, verbose_name="last used")),
                (
                    "token",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="personal",
                        to=settings.KNOX_TOKEN_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "access for a program",
                "verbose_name_plural": "access for programs",
            },
        ),
        migrations.AddField(
            model_name="organisation",
            name="no_introductions_until",
            field=models.DateField(blank=True, null=True, verbose_name="no new introductions until"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="verified_at",
            field=models.DateTimeField(editable=False, null=True, verbose_name="verified"),
        ),
        migrations.AddField(
            model_name="organisation",
            name="verified_by",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="verified_organisations",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RemoveConstraint(
            model_name="organisation",
            name="organisation_once_a_country",
        ),
        migrations.AddField(
            model_name="organisation",
            name="origin",
            field=models.CharField(
                blank=True, editable=False, max_length=100, verbose_name="from which installation"
            ),
        ),
        migrations.AddIndex(
            model_name="organisation",
            index=models.Index(
                condition=models.Q(("origin", ""), _negated=True), fields=["origin"], name="organisation_from"
            ),
        ),
        migrations.AddConstraint(
            model_name="organisation",
            constraint=models.UniqueConstraint(
                models.F("origin"),
                django.db.models.functions.text.Lower("name"),
                models.F("country"),
                name="organisation_once_a_country",
            ),
        ),
        migrations.AlterField(
            model_name="consent",
            name="subject",
            field=models.CharField(
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
                    ("rewording", "changing a text of yours as a broker proposes"),
                    ("client text", "a text that a broker entered for you"),
                ],
                max_length=16,
                verbose_name="to what",
            ),
        ),
    ]
