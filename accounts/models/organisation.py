"""Organisations, and who may act for them."""

from datetime import datetime
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..codes import Country, Language, OrganisationKind, SizeBand
from ..compiled import keys_for
from .admission import Admission, AdmissionQuerySet
from .user import User


class OrganisationQuerySet(models.QuerySet):
    def local(self) -> Self:
        """Without those that are another installation's: nobody here acts for them or brokers them."""
        return self.filter(origin="")

    def of(self, user: User) -> Self:
        """Those the person acts for."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(pk__in=own_organisations(user))

    def brokered_by(self, user: User) -> Self:
        """Those whose cluster the person is a broker of."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(pk__in=brokered_organisations(user))

    def owned_by(self, user: User) -> Self:
        """Those the person is an owner of."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(pk__in=owned_organisations(user))

    def managed_by(self, user: User) -> Self:
        """Those the person may change and let people into: owners, brokers of their clusters, staff."""
        if user.is_authenticated and user.is_staff:
            return self.local()
        return self.filter(Q(pk__in=owned_organisations(user)) | Q(pk__in=brokered_organisations(user)))

    def without_account(self) -> Self:
        """Those for which nobody acts who could sign in."""
        people = User.objects.with_account().values("pk")
        return self.exclude(pk__in=Membership.objects.approved().filter(user__in=people).values("organisation"))

    def clients(self) -> Self:
        """Those without an account; clusters are nobody's clients."""
        return self.without_account().exclude(kind=OrganisationKind.CLUSTER)

    def clients_of(self, user: User) -> Self:
        """The clients in the clusters the person is a broker of: brokers write for them."""
        return self.brokered_by(user).clients()

    def to_be_asked_by(self, user: User) -> Self:
        """The clients that say yes before this person publishes for them, whether or not it brokers them today."""
        return self.clients().exclude(pk__in=own_organisations(user))

    def writable_by(self, user: User) -> Self:
        """Those the person writes needs and offers for: the own ones and clients without an account; for a broker
        without an organisation, everybody in the cluster."""
        if not self.of(user).exists():
            return self.brokered_by(user)
        return self.filter(Q(pk__in=own_organisations(user)) | Q(pk__in=self.clients_of(user).values("pk")))

    def resting(self) -> Self:
        """Those that take no new introductions today."""
        return self.filter(no_introductions_until__gt=timezone.localdate())

    def verifiable_by(self, user: User) -> Self:
        """Those the person may vouch for: as a broker of their clusters or staff, and never for the own ones."""
        if not user.is_authenticated:
            return self.none()
        foreign = self.exclude(pk__in=own_organisations(user))
        return foreign if user.is_staff else foreign.brokered_by(user)

    def named(self, name: str, country: str) -> Self:
        """The one of this name in this country, in whatever case it is written."""
        return self.local().called(name, country)

    def called(self, name: str, country: str) -> Self:
        """Those of this name, of whatever origin."""
        return self.alias(lower_name=Lower("name")).filter(lower_name=Lower(Value(name)), country=country)

    def in_reach_of(self, cluster: models.Model | None) -> Self:
        """Those in the cluster or in one linked with it; nobody's without a cluster."""
        if cluster is None:
            return self.none()
        near = Organisation.objects.filter(
            Q(cluster_memberships__cluster=cluster) | Q(cluster_memberships__cluster__linked=cluster),
            cluster_memberships__state=Admission.State.APPROVED,
        )
        return self.filter(pk__in=near.values("pk"))

    def visible_to(self, user: User) -> Self:
        """Clusters are known to everybody; the others to those who act for them or broker them."""
        if user.is_authenticated and user.is_staff:
            return self.all()
        known = Q(kind=OrganisationKind.CLUSTER)
        known |= Q(pk__in=own_organisations(user)) | Q(pk__in=brokered_organisations(user))
        return self.filter(known)


class Organisation(models.Model):
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=16, choices=OrganisationKind, default=OrganisationKind.SME)
    country = models.CharField(_("country"), max_length=2, choices=Country)
    region = models.CharField(_("region (NUTS code)"), max_length=5, blank=True)
    size = models.CharField(_("size"), max_length=8, choices=SizeBand, blank=True)
    languages = ArrayField(
        models.CharField(max_length=2, choices=Language),
        verbose_name=_("languages"),
        default=list,
        blank=True,
    )
    website = models.URLField(_("website"), blank=True)
    description = models.CharField(_("short description"), max_length=1000, blank=True)
    no_introductions_until = models.DateField(_("no new introductions until"), null=True, blank=True)
    origin = models.CharField(
        _("from which installation"), max_length=100, blank=True, editable=False
    )  # "": this one
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    # A broker has looked whether it is who it says it is
    verified_at = models.DateTimeField(_("verified"), null=True, editable=False)
    verified_by = models.ForeignKey(
        "accounts.User", models.SET_NULL, null=True, editable=False, related_name="verified_organisations"
    )

    people = models.ManyToManyField("accounts.User", through="Membership", through_fields=("organisation", "user"))

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        constraints = [
            models.UniqueConstraint("origin", Lower("name"), "country", name="organisation_once_a_country"),
        ]
        indexes = [models.Index(fields=["origin"], name="organisation_from", condition=~Q(origin=""))]

    def __str__(self) -> str:
        return self.name

    @property
    def is_resting(self) -> bool:
        """Whether it takes no new introductions today: its offers are neither matched nor asked about."""
        return bool(self.no_introductions_until and self.no_introductions_until > timezone.localdate())

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None

    def verify(self, *, by: User) -> bool:
        """Say that it is who it says it is; False if somebody has said so before."""
        return self._mark(timezone.now(), by, before=True)

    def unverify(self) -> bool:
        """Take the mark back; False if there is none."""
        return self._mark(None, None, before=False)

    def _mark(self, at: datetime | None, by: User | None, *, before: bool) -> bool:
        unmarked = Organisation.objects.filter(pk=self.pk, verified_at__isnull=before)
        if unmarked.update(verified_at=at, verified_by=by) == 0:
            return False
        self.verified_at, self.verified_by = at, by
        return True


class MembershipQuerySet(AdmissionQuerySet):
    def decidable_by(self, user: User) -> Self:
        """Requests the person decides on; never the own one, or a broker could let itself into a client."""
        managed = Organisation.objects.managed_by(user)
        return self.requested().filter(organisation__in=managed.values("pk")).exclude(user=user)

    def endable_by(self, user: User) -> Self:
        """The own ones, and those in organisations the person is an owner of."""
        return self.filter(Q(user=user) | Q(organisation__in=owned_organisations(user)))

    def owners(self) -> Self:
        return self.approved().filter(role=Membership.Role.OWNER)


class Membership(Admission):
    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        EDITOR = "editor", _("editor")

    user = models.ForeignKey("accounts.User", models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=8, choices=Role, default=Role.EDITOR)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.user} – {self.organisation}"

    @property
    def is_only_owner(self) -> bool:
        owners = Membership.objects.owners().filter(organisation=self.organisation_id)
        return self.role == self.Role.OWNER and not owners.exclude(pk=self.pk).exists()

    def approve(self, *, by: User | None) -> bool:
        """Let the applicant in, as owner where there is none yet; False if somebody has decided before."""
        owners = Membership.objects.owners().filter(organisation=self.organisation_id)
        if not super().approve(by=by):
            return False
        if not owners.exists():
            self.become(self.Role.OWNER)
        return True

    def become(self, role: str) -> None:
        """Change the role. Raises ValidationError when nobody would be owner any more."""
        if role != self.Role.OWNER and self.is_only_owner:
            raise ValidationError(_("Somebody must be owner. Make another person owner first."))
        self.role = role
        self.save(update_fields=["role"])

    def end(self) -> None:
        """Take the person out, or the request back. Raises ValidationError for the only owner of several people."""
        others = Membership.objects.approved().filter(organisation=self.organisation_id).exclude(pk=self.pk)
        if self.state == self.State.APPROVED and self.is_only_owner and others.exists():
            raise ValidationError(_("Somebody must be owner. Make another person owner first."))
        self.delete()


# Of whom somebody is what


@keys_for
def own_organisations(user: User) -> models.QuerySet:
    return Membership.objects.approved().filter(user=user).values("organisation")


@keys_for
def owned_organisations(user: User) -> models.QuerySet:
    return Membership.objects.owners().filter(user=user).values("organisation")


@keys_for
def brokered_organisations(user: User) -> models.QuerySet:
    return _members(cluster__in=_clusters_of(user), organisation__origin="")


@keys_for
def linked_organisations(user: User) -> models.QuerySet:
    return _members(cluster__linked__in=_clusters_of(user))


# As few tables as can be: a join of six takes the database 3 ms to plan, wherever it stands in a query.


def _members(**clusters: Any) -> models.QuerySet:
    return Organisation.clusters.through.objects.approved().filter(**clusters).values("organisation")


def _clusters_of(user: User) -> models.QuerySet:
    return user.brokerships.approved().values("cluster")
