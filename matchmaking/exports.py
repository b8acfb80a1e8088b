"""What somebody may take away as a table: offers, needs, matches, organisations, by the same rules as the pages."""

from collections.abc import Callable, Iterator
from itertools import islice

from django.db.models import QuerySet

from accounts.models import Organisation, User, own_organisations
from catalog.exporting import AT_A_TIME, Table, documents_table, organisations_table
from catalog.models import Need, Offer
from catalog.table_writing import Row

from .disclosure import needs_visible_to, offers_visible_to
from .models import Match
from .viewer import Seen, seen_by

OF_MATCHES = (
    "id", "need", "offer", "state", "need_title", "need_organisation", "offer_title", "offer_organisation", "score",
    "probability", "reasons", "components", "created_at", "decided_at", "parked_until",
)  # fmt: skip


def offers_table(user: User, only_mine: bool) -> Table:
    offers = offers_visible_to(user)
    return documents_table(offers.filter(pk__in=_editable(Offer, user)) if only_mine else offers, user)


def needs_table(user: User, only_mine: bool) -> Table:
    needs = needs_visible_to(user)
    return documents_table(needs.filter(pk__in=_editable(Need, user)) if only_mine else needs, user)


def _editable(model: type[Need | Offer], user: User) -> QuerySet:
    return model.objects.editable_by(user).values("pk")


def organisations_of(user: User, only_mine: bool) -> Table:
    visible = Organisation.objects.visible_to(user)
    return organisations_table(visible.filter(pk__in=own_organisations(user)) if only_mine else visible)


def matches_table(user: User, only_mine: bool) -> Table:
    """`only_mine`: those of the person's own organisations, without the ones it decides on as a broker."""
    matches = Match.objects.visible_to(user)
    return Table(OF_MATCHES, _match_rows(user, matches, only_mine))


def _match_rows(user: User, matches: QuerySet[Match], only_mine: bool) -> Iterator[Row]:
    read = matches.with_documents().order_by("pk").iterator(chunk_size=AT_A_TIME)
    while some := list(islice(read, AT_A_TIME)):
        yield from (_match_row(seen) for seen in seen_by(user, some) if seen.sides or not only_mine)


def _match_row(seen: Seen) -> Row:
    match = seen.match
    return {name: getattr(match, name) for name in ("state", "score", "probability", "created_at", "decided_at")} | {
        "id": seen.pk,
        "need": seen.need.reference,
        "offer": seen.offer.reference,
        "need_title": seen.need.title,
        "offer_title": seen.offer.title,
        "need_organisation": seen.need.organisation,
        "offer_organisation": seen.offer.organisation,
        "reasons": [reason["words"] for reason in seen.reasons],
        "components": seen.components,
        "parked_until": match.parked_until,
    }


TABLES: dict[str, Callable[[User, bool], Table]] = {
    "offers": offers_table,
    "needs": needs_table,
    "matches": matches_table,
    "organisations": organisations_of,
}
