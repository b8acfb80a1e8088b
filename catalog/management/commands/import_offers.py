"""`manage.py import_offers FILE`: offers from a CSV, XLSX or JSON Lines file."""

from catalog.management.importing import ImportCommand
from catalog.models import Offer


class Command(ImportCommand):
    help = "Imports offers from a CSV, XLSX or JSON Lines file; all of it, or nothing when a row is bad."
    model = Offer
