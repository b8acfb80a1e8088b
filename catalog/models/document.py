"""What an offer and a need have in common: text, wishes, state, visibility and disclosure."""

from datetime import date, datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, ExpressionWrapper, Q, Value, When
from django.db.models.functions import MD5, Concat
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.codes import Country, Language
from accounts.models import (
    Cluster,
    Organisation,
    User,
    brokered_organisations,
    linked_organisations,
    own_organisations,
)

from ..anonymise import strip_identities
from ..codes import Disclosure, Ecosystem, IprStatus, PartnerKind, PartnershipType, Stage, State, Visibility
from ..compiled import disclosed
from .space import Placed, PlacedQuerySet

TOGETHER = 500  # ended in one transaction
# Every field that is read as text: a change in any of them makes the vector stale.
TEXT_FIELDS = ("title", "summary", "description", "advantages", "expertise_sought", "partner_role")


class DocumentQuerySet(PlacedQuerySet):
    # Life

    def open(self) -> Self:
        """Published and still valid: what may be matched and shown to others."""
        today = timezone.localdate()
        return self.filter(Q(valid_until__isnull=True) | Q(valid_until__gte=today), state=State.PUBLISHED)

    def overdue(self) -> Self:
        """Published, but no longer valid."""
        return self.filter(state=State.PUBLISHED, valid_until__lt=timezone.localdate())

    def expire(self) -> int:
        """End those that are overdue; returns how many. They can be published again. Some at a time: each has its
        place in an index to change, and whoever keeps one of them waits meanwhile."""
        count, now = 0, timezone.now()
        while some := list(self.overdue().values_list("pk", flat=True)[:TOGETHER]):
            count += self.overdue().filter(pk__in=some).update(state=State.EXPIRED, closed_at=now, updated_at=now)
        return count

    # Disclosure: the table of who sees how much of what

    def visible_to(self, user: User) -> Self:
        """Those of which the person may see anything, with `disclosure` saying how much."""
        return self.with_disclosure_to(user).filter(disclosure__gt=Disclosure.NONE)

    @disclosed
    def with_disclosure_to(self, user: User) -> Self:
        """All, each with `disclosure` (a `Disclosure`) for this person."""
        full = When(_fully_disclosed_to(user), then=Value(Disclosure.FULL.value))
        teaser = When(_teased_to(user), then=Value(Disclosure.TEASER.value))
        nothing = Value(Disclosure.NONE.value)
        return self.annotate(disclosure=Case(full, teaser, default=nothing, output_field=models.SmallIntegerField()))

    def within_reach_of(self, cluster: Cluster | None) -> Self:
        """Without those that stay in the network, unless their organisation is in the cluster or a linked one."""
        inside = Q(organisation__in=Organisation.objects.in_reach_of(cluster))
        return self.filter(~Q(visibility=Visibility.NETWORK) | inside)

    def editable_by(self, user: User) -> Self:
        """Those of the person's own organisations, and of the clients of the clusters the person is a broker of."""
        return self.filter(_edited_by(user))

    def with_editing_by(self, user: User) -> Self:
        """All, each with `is_editable` for this person."""
        return self.annotate(is_editable=ExpressionWrapper(_edited_by(user), models.BooleanField()))

    def local(self) -> Self:
        """Without those pulled from other installations, which are changed there."""
        return self.filter(_is_local())

    def written_for(self, user: User) -> Self:
        """Those of the person's own organisations, and what the person wrote for clients as a broker."""
        return self.filter(Q(organisation__among=own_organisations(user)) | _written_as_broker(user))


def _is_local() -> Q:
    return Q(organisation__origin="")


def _edited_by(user: User) -> Q:
    if not user.is_authenticated:
        return Q(pk__in=[])
    return _is_local() if user.is_staff else _is_local() & (_inside(user) | _brokered(user))


def _inside(user: User) -> Q:
    return Q(organisation__in=own_organisations(user)) | _written_as_broker(user)


def _written_as_broker(user: User) -> Q:
    """For as long as the person is one: whoever leaves, leaves the texts."""
    return Q(author=user, organisation__in=brokered_organisations(user))


def _brokered(user: User) -> Q:
    return Q(organisation__in=brokered_organisations(user)) & ~Q(state=State.DRAFT)


def _is_open() -> Q:
    return Q(state=State.PUBLISHED) & (Q(valid_until__isnull=True) | Q(valid_until__gte=timezone.localdate()))


def _fully_disclosed_to(user: User) -> Q:
    everybody = _is_open() & Q(visibility=Visibility.PUBLIC)
    if not user.is_authenticated:
        return everybody
    if user.is_staff:
        return Q(pk__isnull=False)
    return everybody | _inside(user) | _brokered(user)


def _teased_to(user: User) -> Q:
    everybody = _is_open() & Q(visibility=Visibility.ANONYMOUS)
    if not user.is_authenticated:
        return everybody
    linked = Q(visibility=Visibility.NETWORK, organisation__in=linked_organisations(user))
    return everybody | (_is_open() & linked)


CLOSABLE = (State.PUBLISHED, State.PAUSED, State.EXPIRED)
LISTED_BY = ["id", "author", "state", "visibility", "valid_until", "updated_at"]


class Document(Placed):
    """An offer or a need. `catalog` is the only writer."""

    reference = models.CharField(_("reference number"), max_length=32, unique=True, db_default="", editable=False)
    organisation = models.ForeignKey(
        "accounts.Organisation", models.CASCADE, verbose_name=_("organisation"), related_name="%(class)ss"
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="%(class)ss",
    )
    external_id = models.CharField(_("external id"), max_length=100, blank=True)

    # Text, in one language
    language = models.CharField(_("language of the text"), max_length=2, choices=Language, default=Language.EN)
    language_is_detected = models.BooleanField(default=True, editable=False)
    title = models.CharField(_("title"), max_length=256)
    summary = models.CharField(_("short summary"), max_length=500, blank=True)
    description = models.TextField(_("description"), max_length=4000)
    advantages = models.TextField(_("advantages and innovation"), max_length=2000, blank=True)
    expertise_sought = models.TextField(_("technical specification or expertise sought"), max_length=2000, blank=True)
    partner_role = models.TextField(_("expected role of the partner"), max_length=4000, blank=True)

    # Structured wishes
    stage = models.CharField(_("stage of development"), max_length=16, choices=Stage, blank=True)
    ipr_status = models.CharField(_("IPR status"), max_length=8, choices=IprStatus, blank=True)
    partnership_types = ArrayField(
        models.CharField(max_length=24, choices=PartnershipType),
        verbose_name=_("types of partnership"),
        default=list,
        blank=True,
    )
    partner_kinds = ArrayField(
        models.CharField(max_length=16, choices=PartnerKind),
        verbose_name=_("type and size of partner"),
        default=list,
        blank=True,
    )
    technology_keywords = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("technology keywords"),
        size=5,
        default=list,
        blank=True,
    )
    market_keywords = ArrayField(
        models.CharField(max_length=80), verbose_name=_("market keywords"), size=5, default=list, blank=True
    )
    sdgs = ArrayField(
        models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(17)]),
        verbose_name=_("UN sustainable development goals"),
        default=list,
        blank=True,
    )
    ecosystems = ArrayField(
        models.CharField(max_length=24, choices=Ecosystem),
        verbose_name=_("industrial ecosystems"),
        default=list,
        blank=True,
    )
    countries = ArrayField(
        models.CharField(max_length=2, choices=Country),
        verbose_name=_("target countries"),
        default=list,
        blank=True,
    )

    # Life
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.DRAFT)
    visibility = models.CharField(_("who may see it"), max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    updated_at = models.DateTimeField(auto_now=True)
    published_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    # What vector and terms must have been made from, see `space.py`
    text_hash = models.GeneratedField(
        expression=MD5(Concat(*TEXT_FIELDS, "language", output_field=models.TextField())),
        output_field=models.CharField(max_length=32),
        db_persist=True,
    )

    objects = DocumentQuerySet.as_manager()

    class Meta(Placed.Meta):
        abstract = True
        indexes = [
            *Placed.Meta.indexes,
            models.Index(fields=["state", "valid_until"], name="%(class)s_state"),
            # Everything by which lists are cut and sorted: which rows a page shows is told without reading any row.
            models.Index(fields=["organisation"], include=LISTED_BY, name="%(class)s_listed"),
            models.Index(fields=["external_id"], name="%(class)s_external", condition=~Q(external_id="")),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "external_id"],
                condition=~Q(external_id=""),
                name="%(class)s_external_id_once",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def body(self) -> str:
        """Everything but the title."""
        return "\n".join(part for name in TEXT_FIELDS[1:] if (part := getattr(self, name)))

    @property
    def text(self) -> str:
        """Title and everything else, as it is encoded and searched."""
        return f"{self.title}\n{self.body}".strip()

    @property
    def is_read(self) -> bool:
        """Whether what it is about was found in the present text."""
        return self.concepts_from.endswith(f":{self.text_hash}")

    @property
    def is_open(self) -> bool:
        still_valid = self.valid_until is None or self.valid_until >= timezone.localdate()
        return self.state == State.PUBLISHED and still_valid

    def publish(self, *, until: date) -> None:
        """Make visible to others and matchable until the given day (inclusive). Raises ValidationError while a client
        has not said yes to it."""
        if self.client_texts.unanswered().exists():
            raise ValidationError(_("The client has not confirmed this text yet."))
        self.state = State.PUBLISHED
        self.valid_until = until
        self.published_at = self.published_at or timezone.now()
        self.closed_at = None
        self.save(update_fields=["state", "valid_until", "published_at", "closed_at", "updated_at"])

    def publish_for_a_term(self) -> None:
        """Publish until the day the author chose, or for the usual term where none is chosen or it has passed."""
        today = timezone.localdate()
        is_chosen = self.valid_until is not None and self.valid_until >= today
        self.publish(until=self.valid_until if is_chosen else today + timedelta(days=settings.VALID_DAYS))

    def get_absolute_url(self) -> str:
        return reverse(f"{self._meta.model_name}-detail", args=[self.pk])

    @property
    def is_closable(self) -> bool:
        return self.state in CLOSABLE

    def pause(self) -> bool:
        """False if it is neither published nor paused by now."""
        return self._move(State.PAUSED, expected=(State.PUBLISHED,))

    def close(self, end: State) -> bool:
        """End it with one of the four ends; False if it was never out or has ended otherwise."""
        return self._move(end, expected=CLOSABLE, closed_at=timezone.now())

    def _move(self, new: State, *, expected: tuple[State, ...], **fields: datetime) -> bool:
        """Compare-and-set of the state as the database has it; whoever says the same twice is right, too."""
        changes = {"state": new, "updated_at": timezone.now(), **fields}
        this = type(self).objects.filter(pk=self.pk)
        if this.filter(state__in=expected).update(**changes) == 0:
            return this.filter(state=new).exists()
        for name, value in changes.items():
            setattr(self, name, value)
        return True

    def text_for(self, disclosure: int, field: str) -> str:
        """A text field as far as `disclosure` allows: in full, without identities, or not at all."""
        if disclosure == Disclosure.NONE:
            return ""
        text = getattr(self, field)
        return text if disclosure == Disclosure.FULL else strip_identities(text, [self.organisation.name])
