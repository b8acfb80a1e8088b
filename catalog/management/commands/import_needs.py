"""`manage.py import_needs FILE`: needs from a CSV, XLSX or JSON Lines file."""

from catalog.management.importing import ImportCommand
from catalog.models import Need


class Command(ImportCommand):
    help = "Imports needs from a CSV, XLSX or JSON Lines file; all of it, or nothing when a row is bad."
    model = Need
