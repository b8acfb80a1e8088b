"""Files that belong to an offer or a need. Their metadata is stripped before they are stored."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User

from ..codes import Disclosure
from .need import Need
from .offer import Offer


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        return self.of_fully_disclosed(Offer.objects.visible_to(user), Need.objects.visible_to(user))

    def of_fully_disclosed(self, offers: models.QuerySet, needs: models.QuerySet) -> Self:
        """Files are shown with the full document only: nobody can strip a name out of a picture.

        Both querysets carry `disclosure`.
        """
        of_offers = models.Q(offer__in=offers.filter(disclosure=Disclosure.FULL).values("pk"))
        return self.filter(of_offers | models.Q(need__in=needs.filter(disclosure=Disclosure.FULL).values("pk")))

    def editable_by(self, user: User) -> Self:
        offers, needs = Offer.objects.editable_by(user), Need.objects.editable_by(user)
        return self.filter(models.Q(offer__in=offers.values("pk")) | models.Q(need__in=needs.values("pk")))


class Attachment(models.Model):
    offer = models.ForeignKey(Offer, models.CASCADE, null=True, blank=True, related_name="attachments")
    need = models.ForeignKey(Need, models.CASCADE, null=True, blank=True, related_name="attachments")
    file = models.FileField(_("file"), upload_to="attachments/%Y/%m/")
    name = models.CharField(_("name"), max_length=200)
    content_type = models.CharField(max_length=100, editable=False)
    size = models.PositiveIntegerField(editable=False)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, editable=False)
    uploaded_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("attachment")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(offer__isnull=True) ^ models.Q(need__isnull=True),
                name="attachment_of_one_document",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def document(self) -> Offer | Need:
        return self.offer or self.need
