"""Offers and needs that other installations told of: checked like any input, kept, and forgotten again.

What came is all that is here: a teaser is kept as its text, under an organisation without a name, and is read by the
encoder here from that text. Which record it is there stands in `external_id`. Of what goes there, nothing stays here
but the bare row of those that the caller calls `lasting`, without words and names.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from rest_framework import serializers

from accounts.codes import Country, OrganisationKind, SizeBand
from accounts.installations import forget as forget_organisations
from accounts.installations import told_of
from accounts.leaving import BLANK, blank
from accounts.models import Cluster, Organisation

from .codes import State, Visibility
from .erasing import delete_in_batches, erase_words
from .models import Document, Need, Offer
from .models.document import DocumentQuerySet
from .serializers import TEXTS, WORDS

MODELS: dict[str, type[Document]] = {"offer": Offer, "need": Need}
CODES = (
    "stage", "ipr_status", "partnership_types", "partner_kinds", "sdgs", "ecosystems", "countries", "valid_until",
)  # fmt: skip
WHOLE = "full"  # how a record says that nothing was taken out


class Owner(serializers.Serializer):
    """Whose it is, as it was told; a name only with a public text."""

    name = serializers.CharField(max_length=200, allow_null=True)
    website = serializers.URLField(max_length=200, allow_blank=True)
    country = serializers.ChoiceField(choices=Country.choices)
    kind = serializers.ChoiceField(choices=OrganisationKind.choices)
    size = serializers.ChoiceField(choices=SizeBand.choices, allow_blank=True)


class Record(serializers.ModelSerializer):
    """What somebody else's installation says of a document: nothing else of it is kept."""

    disclosure = serializers.ChoiceField(choices=["teaser", WHOLE])
    visibility = serializers.ChoiceField(choices=Visibility.choices)
    state = serializers.ChoiceField(choices=[State.PUBLISHED])
    organisation = Owner()

    class Meta:
        fields = ["language", *TEXTS, *WORDS, *CODES, "disclosure", "visibility", "state", "organisation"]
        extra_kwargs = {"language": {"required": True}}
        validators = []

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        """What is public has a name, what is not has none; whatever contradicts itself is refused."""
        is_public = data.pop("disclosure") == WHOLE
        named = bool(data["organisation"]["name"])
        if not is_public == named == (data["visibility"] == Visibility.PUBLIC):
            raise serializers.ValidationError("Disclosure, visibility and name contradict each other.")
        return data


class OfferRecord(Record):
    class Meta(Record.Meta):
        model = Offer
        fields = [*Record.Meta.fields, "cost_band"]


class NeedRecord(Record):
    class Meta(Record.Meta):
        model = Need
        fields = [*Record.Meta.fields, "budget_band", "deadline"]


RECORDS: dict[str, type[Record]] = {"offer": OfferRecord, "need": NeedRecord}


@transaction.atomic
def keep(cluster: Cluster, kind: str, number: int, told: dict[str, Any], lasting: QuerySet) -> bool:
    """Keep what the installation behind the cluster tells of its record `number`; False, and nothing of it is here
    any more, if it is not as it must be."""
    checked = RECORDS[kind](data=told)
    if not checked.is_valid():
        forget(cluster, kind, [number], lasting)
        return False
    fields = dict(checked.validated_data)
    owner = _owner(cluster, kind, number, fields.pop("organisation"))
    _without_other_visibility(cluster, kind, number, fields["visibility"], lasting)
    fields |= {"language_is_detected": False, "organisation": owner}
    first = fields | {"published_at": timezone.now()}
    _known(cluster, kind).update_or_create(external_id=str(number), defaults=fields, create_defaults=first)
    return True


def _owner(cluster: Cluster, kind: str, number: int, told: dict[str, str]) -> Organisation:
    """Of a teaser an organisation of its own: which of them are the same is not known."""
    facts = {name: told[name] for name in ("kind", "size", "website")}
    return told_of(cluster, told["name"] or f"{kind} {number}", told["country"], **facts)


def _without_other_visibility(cluster: Cluster, kind: str, number: int, visibility: str, lasting: QuerySet) -> None:
    """Nothing that was made from the longer text outlives it: a text shown to fewer people begins anew."""
    former = _known(cluster, kind).filter(external_id=str(number)).exclude(visibility=visibility)
    _let_go(former, lasting)


def _known(cluster: Cluster, kind: str) -> DocumentQuerySet:
    """Those that are told of; others are only rows that something hangs on."""
    return MODELS[kind].objects.filter(organisation__origin=cluster.organisation.origin).exclude(external_id="")


def forget(cluster: Cluster, kind: str, numbers: Iterable[int], lasting: QuerySet) -> None:
    """Delete these records of the installation with everything that hangs on them."""
    _let_go(_known(cluster, kind).filter(external_id__in=[str(number) for number in numbers]), lasting)


def forget_others(cluster: Cluster, kind: str, numbers: Iterable[int], lasting: QuerySet) -> None:
    """Delete all records of the installation but these."""
    _let_go(_known(cluster, kind).exclude(external_id__in=[str(number) for number in numbers]), lasting)


def _let_go(documents: DocumentQuerySet, lasting: QuerySet) -> None:
    """Rows of `lasting` only lose what they say."""
    delete_in_batches(documents.exclude(pk__in=lasting))
    if documents.exists():
        erase_words(documents)


def forget_empty_organisations(cluster: Cluster) -> int:
    """Delete its organisations that have no offer and no need any more; how many. Of those that have nothing but bare
    rows, the name goes."""
    origin = cluster.organisation.origin
    told = Exists(Offer.objects.filter(organisation=OuterRef("pk")).exclude(external_id=""))
    told |= Exists(Need.objects.filter(organisation=OuterRef("pk")).exclude(external_id=""))
    bare = Organisation.objects.filter(~told, Q(needs__isnull=False) | Q(offers__isnull=False), origin=origin)
    blank(bare.exclude(name__startswith=BLANK).distinct())
    empty = Organisation.objects.filter(needs__isnull=True, offers__isnull=True)
    return forget_organisations(origin, empty=empty)
