"""The shared vocabulary: schemes, their concepts, what these are called, and which documents are about them.

Written by `catalog/vocabulary_loading.py` (files) and `catalog/vocabulary_editing.py` (brokers); which documents are
about a concept by `catalog/annotating.py` (found) and `catalog/confirming.py` (said by people).
"""

from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import MD5, Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pgvector.django import VectorField

from ..codes import ConceptState, Facet, FoundBy, GreenAim, LabelKind, LabelSource, UseState
from .need import Need
from .offer import Offer

OWN_SCHEME = "pontis"  # the vocabulary that comes with the platform
BROKERS_SCHEME = "brokers"  # what the brokers of this installation have added
LONGEST_LABEL = 300  # characters


class Encoded(models.Model):
    """A short text with its vector as the encoder made it, read as a need. `embedded_from` is the encoder's
    fingerprint and the hash of the text: what differs from the present ones is out of date."""

    embedding = VectorField(null=True, editable=False)
    embedded_from = models.CharField(max_length=100, default="", editable=False)

    class Meta:
        abstract = True


class EncodedQuerySet(models.QuerySet):
    def stale(self, encoder_fingerprint: str) -> Self:
        """Those whose vector was made by another encoder or from another text, or not at all."""
        return self.exclude(embedded_from=Concat(Value(f"{encoder_fingerprint}:"), F("text_hash")))

    def comparable(self, encoder_fingerprint: str) -> Self:
        """Those with a vector of this encoder."""
        return self.filter(embedded_from__startswith=f"{encoder_fingerprint}:")

    def without_vectors(self) -> Self:
        return self.defer("embedding")


def hash_of(field: str) -> models.GeneratedField:
    return models.GeneratedField(expression=MD5(field), output_field=models.CharField(max_length=32), db_persist=True)


class Scheme(models.Model):
    """A vocabulary. `digest` is that of the files it was read from; `revision` rises with every change of it."""

    identifier = models.CharField(_("identifier"), max_length=300, unique=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    digest = models.CharField(max_length=64, default="", editable=False)
    revision = models.PositiveIntegerField(default=0, editable=False)
    changed_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("vocabulary")
        verbose_name_plural = _("vocabularies")

    def __str__(self) -> str:
        return self.title or self.identifier


class ConceptQuerySet(EncodedQuerySet):
    def active(self) -> Self:
        return self.filter(state=ConceptState.ACTIVE)

    def neighbours_of(self, concepts: Iterable[int]) -> Self:
        """Active concepts one step broader or narrower."""
        pks = list(concepts)
        return self.active().filter(Q(narrower__in=pks) | Q(broader__in=pks)).distinct()


class Concept(Encoded):
    """One idea, whatever it is called. The vector is that of the definition; a concept without one has none."""

    scheme = models.ForeignKey(Scheme, models.CASCADE, verbose_name=_("vocabulary"), related_name="concepts")
    identifier = models.CharField(_("identifier"), max_length=300)
    facet = models.CharField(_("facet"), max_length=16, choices=Facet, blank=True)
    green_aims = ArrayField(
        models.CharField(max_length=16, choices=GreenAim), verbose_name=_("green aims"), default=list, blank=True
    )
    definition = models.TextField(_("definition"), max_length=2000, blank=True)
    definition_language = models.CharField(_("language of the definition"), max_length=8, default="en")
    broader = models.ManyToManyField(
        "self", symmetrical=False, related_name="narrower", blank=True, verbose_name=_("broader concepts")
    )
    related = models.ManyToManyField(
        "self", symmetrical=False, related_name="related_from", blank=True, verbose_name=_("related concepts")
    )
    state = models.CharField(_("state"), max_length=8, choices=ConceptState, default=ConceptState.ACTIVE)
    text_hash = hash_of("definition")

    objects = ConceptQuerySet.as_manager()

    class Meta:
        verbose_name = _("concept")
        verbose_name_plural = _("concepts")
        constraints = [models.UniqueConstraint(fields=["scheme", "identifier"], name="concept_once")]

    def __str__(self) -> str:
        return self.identifier


class ConceptLabelQuerySet(EncodedQuerySet):
    def active(self) -> Self:
        return self.filter(is_active=True, concept__state=ConceptState.ACTIVE)

    def told(self) -> Self:
        """Those that people may know. Words learnt from a text only find concepts: the text may be anonymous."""
        return self.active().exclude(source=LabelSource.LEARNT)

    def shown(self) -> Self:
        """Those that a concept is called by on pages and in mails."""
        return self.told().exclude(kind=LabelKind.HIDDEN)

    def compared(self) -> Self:
        """Those that texts are compared with by meaning: English ones, of imported vocabularies the preferred, and
        whatever people here have added. In the shared space further languages cost time and bring nothing."""
        here = Q(source__in=(LabelSource.BROKER, LabelSource.LEARNT))
        english = Q(language="en") & (Q(kind=LabelKind.PREFERRED) | ~Q(source=LabelSource.SKOS))
        return self.active().filter(english | here)


class ConceptLabel(Encoded):
    """What a concept is called. `key` is how the words index finds it in a text of the language, and `code` how it
    is found in any language, where it is an acronym or a code (`catalog/phrases.py`)."""

    concept = models.ForeignKey(Concept, models.CASCADE, related_name="labels")
    language = models.CharField(_("language"), max_length=8)
    text = models.CharField(_("text"), max_length=LONGEST_LABEL)
    kind = models.CharField(_("kind"), max_length=9, choices=LabelKind, default=LabelKind.PREFERRED)
    source = models.CharField(_("source"), max_length=8, choices=LabelSource, default=LabelSource.SHIPPED)
    is_active = models.BooleanField(_("in use"), default=True)
    key = models.CharField(max_length=LONGEST_LABEL, blank=True, editable=False)
    code = models.CharField(max_length=60, blank=True, editable=False)
    text_hash = hash_of("text")

    objects = ConceptLabelQuerySet.as_manager()

    class Meta:
        verbose_name = _("name of a concept")
        verbose_name_plural = _("names of concepts")
        constraints = [models.UniqueConstraint(fields=["concept", "language", "text"], name="label_once")]
        indexes = [
            models.Index(fields=["language", "key"], name="label_key", condition=~Q(key="")),
            models.Index(fields=["code"], name="label_code", condition=~Q(code="")),
        ]

    def __str__(self) -> str:
        return self.text


class ConceptUseQuerySet(EncodedQuerySet):
    def standing(self) -> Self:
        """Without those that somebody has removed."""
        return self.exclude(state=UseState.REMOVED)

    def decided(self) -> Self:
        """Those that somebody has confirmed or removed: they teach."""
        return self.exclude(state=UseState.SUGGESTED)

    def shown(self, least: float) -> Self:
        """Those that people are shown: confirmed, or suggested with some weight; the confirmed first."""
        standing = self.standing().filter(Q(state=UseState.CONFIRMED) | Q(weight__gte=least))
        return standing.order_by("state", "-weight", "pk")


class ConceptUse(Encoded):
    """A document is about a concept: how much (0 to 1), and what says so. `sentence` is verbatim in `field`, empty
    where nothing in the text says it; `phrase` are its words that name the concept and `key` what they were found
    by (`catalog/phrases.py`), where words found it. The vector is that of the sentence, once somebody has decided."""

    weight = models.FloatField(default=1.0)
    sentence = models.TextField(blank=True)
    field = models.CharField(max_length=20, blank=True)
    phrase = models.CharField(max_length=LONGEST_LABEL, blank=True)
    key = models.CharField(max_length=LONGEST_LABEL, blank=True)
    found_by = models.CharField(max_length=8, choices=FoundBy, default=FoundBy.WORDS)
    state = models.CharField(max_length=9, choices=UseState, default=UseState.SUGGESTED)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, editable=False, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, editable=False)
    text_hash = hash_of("sentence")

    objects = ConceptUseQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [models.UniqueConstraint(fields=["document", "concept"], name="%(class)s_once")]
        indexes = [models.Index(fields=["concept", "weight"], name="%(class)s_weight")]


class NeedConcept(ConceptUse):
    document = models.ForeignKey(Need, models.CASCADE, related_name="concept_uses")
    concept = models.ForeignKey(Concept, models.CASCADE, related_name="need_uses")

    class Meta(ConceptUse.Meta):
        verbose_name = _("concept of a need")
        verbose_name_plural = _("concepts of needs")

    def __str__(self) -> str:
        return f"{self.document_id}: {self.concept_id}"


class OfferConcept(ConceptUse):
    document = models.ForeignKey(Offer, models.CASCADE, related_name="concept_uses")
    concept = models.ForeignKey(Concept, models.CASCADE, related_name="offer_uses")

    class Meta(ConceptUse.Meta):
        verbose_name = _("concept of an offer")
        verbose_name_plural = _("concepts of offers")

    def __str__(self) -> str:
        return f"{self.document_id}: {self.concept_id}"
