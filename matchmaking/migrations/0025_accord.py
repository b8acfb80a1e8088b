"""What two installations have told each other about a match of both, and whose names were given to the other."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaking", "0024_took_from"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
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
            },
        ),
        migrations.AddConstraint(
            model_name="accord",
            constraint=models.UniqueConstraint(fields=("peer", "side", "number"), name="accord_once"),
        ),
        migrations.AddConstraint(
            model_name="handing",
            constraint=models.UniqueConstraint(fields=("accord", "person"), name="handing_once"),
        ),
    ]
