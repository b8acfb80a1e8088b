"""`manage.py encode`: bring every offer and need to its place in the shared space now, and find its concepts."""

from typing import Any

from django.core.management import BaseCommand

from catalog.annotating import annotate_stale_documents, embed_stale_decisions
from catalog.concept_vectors import embed_stale_vocabulary
from catalog.corpus import refresh_if_grown
from catalog.embedding import embed_stale_documents, stale_documents
from catalog.models import Need, Offer


class Command(BaseCommand):
    help = "Encode every offer and need whose text or encoder has changed. Safe beside a running worker."

    def handle(self, **options: Any) -> None:
        """Prints how far it is on standard error, and one line at the end."""
        waiting = sum(stale_documents(model).count() for model in (Need, Offer))
        done = 0
        while encoded := embed_stale_documents():
            done += encoded
            self.stderr.write(f"{done} of {waiting}", ending="\r")
        refresh_if_grown()
        while embed_stale_vocabulary() or embed_stale_decisions() or annotate_stale_documents():
            pass
        in_all = Need.objects.count() + Offer.objects.count()
        self.stdout.write(f"Encoded {done} documents; all {in_all} are up to date.")
