"""The short way to a database of today, in few migrations, leads to the same as the long one through all of them."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

from matchmaking import scratch

pytestmark = [pytest.mark.long, pytest.mark.django_db(transaction=True)]

# What PostgreSQL knows of our tables, in its own words; the order of columns says nothing.
KNOWN = {
    "columns": "SELECT table_name, column_name, udt_name, is_nullable, column_default, character_maximum_length,"
    " is_identity FROM information_schema.columns WHERE table_schema = 'public'",
    "options": "SELECT relname, reloptions::text FROM pg_class WHERE relnamespace = 'public'::regnamespace"
    " AND relkind = 'r'",
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "constraints": "SELECT conrelid::regclass::text, contype::text, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "functions": "SELECT pg_get_functiondef(f.oid) FROM pg_proc f JOIN pg_language l ON l.oid = f.prolang"
    " WHERE pronamespace = 'public'::regnamespace AND lanname IN ('sql', 'plpgsql')",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "sequences": "SELECT sequencename, data_type::text, start_value FROM pg_sequences WHERE schemaname = 'public'",
}


def known():
    with connection.cursor() as cursor:
        found = {}
        for name, question in KNOWN.items():
            cursor.execute(question)
            found[name] = set(cursor.fetchall())
    return found


def migrate_through_all(*_argv, **_options):
    executor = MigrationExecutor(connection)
    executor.loader = loader = MigrationLoader(connection, replace_migrations=False)
    executor.migrate([last for last in loader.graph.leaf_nodes() if last not in loader.replacements])


def test_a_new_database_is_as_one_that_went_through_every_migration(monkeypatch):
    with scratch.scratch_database():
        short = known()
    monkeypatch.setattr(scratch, "call_command", migrate_through_all)
    with scratch.scratch_database():
        long = known()
        assert all(short.values())
        assert {name: short[name] ^ long[name] for name in KNOWN} == {name: set() for name in KNOWN}
        call_command("migrate", check_unapplied=True, verbosity=0)  # nothing is left to do
