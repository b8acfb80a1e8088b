"""A case for every match that was introduced before there were cases, owned by whoever introduced it."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

INTRODUCED = ("introduced", "in_contact", "negotiating", "agreement", "no_agreement")


def open_cases(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    Match, Case = apps.get_model("matchmaking", "Match"), apps.get_model("matchmaking", "Case")
    introduced = Match.objects.filter(state__in=INTRODUCED).values_list(
        "pk", "introduction__broker", "decided_at", "created_at"
    )
    cases = (
        Case(match_id=pk, owner_id=broker, opened_at=decided or created, touched_at=decided or created)
        for pk, broker, decided, created in introduced.iterator()
    )
    Case.objects.bulk_create(cases, batch_size=1000)


class Migration(migrations.Migration):
    dependencies = [
        ("matchmaking", "0011_cases"),
    ]

    operations = [migrations.RunPython(open_cases, migrations.RunPython.noop)]
