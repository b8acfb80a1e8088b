"""`manage.py propose "text"`: what fits a need, without a site, an account or a stored word."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management import BaseCommand, CommandError

from accounts.codes import Language
from catalog.corpus import refresh_if_grown
from catalog.embedding import embed_stale_documents, stale_documents
from catalog.models import Document, Need, Offer
from matchmaking.explaining import Proposal
from matchmaking.models import Match
from matchmaking.pipeline import LONGEST_TRIAL, propose
from matchmaking.reasons import sentence
from matchmaking.serving import needs_for, needs_served_by

MISUSED = 2


class Command(BaseCommand):
    help = "Rank the open offers for a need in any language. Offers that are not encoded yet are encoded first."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--for-offer", metavar="REFERENCE", help="rank the needs this offer could serve instead")
        parser.add_argument("text", nargs="?", default="", help='the need in own words; "-" reads standard input')
        parser.add_argument("--top", type=int, default=5, help="how many offers at most (default: 5)")
        parser.add_argument("--language", choices=Language.values, help="of the text; detected unless given")
        parser.add_argument("--json", action="store_true", help="print one JSON array and nothing else")

    def handle(self, *, text: str, top: int, language: str | None, **options: Any) -> None:
        """Remarks go to standard error. Raises CommandError for a text or a number that cannot be used."""
        if top < 1:
            raise CommandError("--top must be 1 or more.", returncode=MISUSED)
        if reference := options["for_offer"]:
            shown = self._for_offer(reference, top)
        else:
            shown = self._for_text(self._read(text), top, language)
        if not shown and not options["json"]:
            self.stderr.write("Nothing fits yet.")
        words = json.dumps(shown, ensure_ascii=False) if options["json"] else "\n\n".join(map(as_text, shown))
        if words:
            self.stdout.write(words)

    def _for_offer(self, reference: str, top: int) -> list[dict[str, Any]]:
        """Raises CommandError for an offer that does not exist or is not open."""
        self._bring_up_to_date(Offer, Need)
        offer = Offer.objects.filter(reference=reference).first()
        if offer is None or not offer.is_open:
            raise CommandError(f"No open offer has the reference number {reference!r}.", returncode=MISUSED)
        matches = needs_served_by(offer, needs_for(offer), top)
        return [match_as_dict(place, match) for place, match in enumerate(matches, start=1)]

    def _for_text(self, text: str, top: int, language: str | None) -> list[dict[str, Any]]:
        if not Offer.objects.open().exists():
            self.stderr.write("There are no open offers yet. Import some: manage.py import_offers FILE --publish")
        self._bring_up_to_date(Offer)
        return [as_dict(rank, proposal) for rank, proposal in enumerate(propose(text, top, language), start=1)]

    def _read(self, text: str) -> str:
        """Text is read as UTF-8; what cannot be read is replaced rather than refused."""
        raw = sys.stdin.buffer.read() if text == "-" else text.encode("utf-8", "surrogateescape")
        text = raw.decode("utf-8", "replace")
        text = text.replace("\0", " ").strip()
        if not text:
            raise CommandError("The text is empty. Write what is needed, in any language.", returncode=MISUSED)
        if len(text) > LONGEST_TRIAL:
            self.stderr.write(f"Only the first {LONGEST_TRIAL:,} of {len(text):,} characters are read.")
        return text

    def _bring_up_to_date(self, *models: type[Document]) -> None:
        for model in models:
            if waiting := stale_documents(model).count():
                self.stderr.write(f"{waiting} {model._meta.verbose_name_plural} are being encoded first.")
        while embed_stale_documents():
            pass
        refresh_if_grown()


def as_dict(rank: int, proposal: Proposal) -> dict[str, Any]:
    """A proposal for machines. Identities are in it: whoever runs commands here may read the database as well."""
    return {
        "rank": rank,
        "reference": proposal.offer.reference,
        "title": proposal.offer.title,
        "organisation": proposal.offer.organisation.name,
        "country": proposal.offer.organisation.country,
        "language": proposal.offer.language,
        "score": round(proposal.score, 4),
        "probability": None if proposal.probability is None else round(proposal.probability, 4),
        "components": proposal.components,
        "reasons": [sentence(reason) for reason in proposal.reasons],
        "bridge": proposal.bridge,
    }


def match_as_dict(rank: int, match: Match) -> dict[str, Any]:
    """The same of a need for an offer; `place` is that of the offer among all offers for the need."""
    need = match.need
    return {
        "rank": rank,
        "reference": need.reference,
        "title": need.title,
        "organisation": need.organisation.name,
        "country": need.organisation.country,
        "language": need.language,
        "score": round(match.score, 4),
        "place": match.rank,
        "components": match.components,
        "reasons": [sentence(reason) for reason in match.reasons],
        "bridge": match.bridge,
    }


def as_text(shown: dict[str, Any]) -> str:
    lines = [f"{shown['rank']}. {shown['title']}  ({shown['score']:.2f})"]
    lines.append(f"   {shown['organisation']}, {shown['country']}, {shown['reference']}")
    lines += [f"   - {reason}" for reason in shown["reasons"]]
    lines += [f"   “{pair['need']}” — “{pair['offer']}”" for pair in shown["bridge"][:2]]
    return "\n".join(lines)
