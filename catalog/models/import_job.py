"""A file of offers or needs that is being imported: the row is the queue, the progress and the result."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User

from ..codes import DocumentKind
from .document import Document
from .need import Need
from .offer import Offer


class ImportJobQuerySet(models.QuerySet):
    def visible_to(self, user: User) -> Self:
        """A file is shown to whoever sent it, and to nobody else."""
        return self.filter(author=user) if user.is_authenticated else self.none()

    def pending(self) -> Self:
        """What a worker has to do: also what a worker began and did not end."""
        return self.filter(state__in=(ImportJob.State.WAITING, ImportJob.State.RUNNING)).order_by("pk")


class ImportJob(models.Model):
    Kind = DocumentKind

    class State(models.TextChoices):
        CHECKING = "checking", pgettext_lazy("an import", "to be checked by you")
        WAITING = "waiting", pgettext_lazy("an import", "waiting")
        RUNNING = "running", pgettext_lazy("an import", "running")
        DONE = "done", pgettext_lazy("an import", "done")
        FAILED = "failed", pgettext_lazy("an import", "nothing was imported")
        STOPPED = "stopped", pgettext_lazy("an import", "stopped")

    kind = models.CharField(max_length=5, choices=Kind)
    organisation = models.ForeignKey("accounts.Organisation", models.CASCADE, related_name="import_jobs")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="import_jobs")
    created_at = models.DateTimeField(default=timezone.now)

    # The file, and how it is to be read
    file = models.CharField(max_length=200, blank=True)  # its name in the storage; gone when the job has ended
    name = models.CharField(_("file"), max_length=200)
    columns = models.JSONField(default=list)
    sample = models.JSONField(default=list)  # [line, {column: value}] of the first rows; gone with the file
    mapping = models.JSONField(default=dict)  # {column: field}; a column mapped to "" is left out
    publishes = models.BooleanField(default=False)
    is_all_or_nothing = models.BooleanField(default=False)
    language = models.CharField(max_length=8, default="en")  # in which problems are told

    # How far it is
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.CHECKING)
    waiting_since = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    rows_total = models.PositiveIntegerField(null=True)
    rows_read = models.PositiveIntegerField(default=0)

    # What became of it
    ended_at = models.DateTimeField(null=True, blank=True)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    rejected = models.PositiveIntegerField(default=0)
    problem = models.TextField(blank=True)
    report = models.CharField(max_length=200, blank=True)  # rows that could not be read, in the storage

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("of a file", "import")
        indexes = [models.Index(fields=["state"], name="import_job_state")]

    def __str__(self) -> str:
        return self.name

    @property
    def model(self) -> type[Document]:
        return Offer if self.kind == self.Kind.OFFER else Need

    @property
    def is_pending(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)

    # Each step names the state it begins in, and is False where the job has left it

    def wait(self) -> bool:
        """Have a worker begin; the columns are settled."""
        settled = {name: getattr(self, name) for name in ("mapping", "publishes", "is_all_or_nothing", "language")}
        waiting = {"state": self.State.WAITING, "waiting_since": timezone.now()}
        return self._step((self.State.CHECKING,), **waiting, **settled)

    def begin(self) -> bool:
        """Once more, if a worker has begun before and was killed."""
        pending = (self.State.WAITING, self.State.RUNNING)
        fresh = {"rows_read": 0, "rows_total": None}
        return self._step(pending, state=self.State.RUNNING, attempts=F("attempts") + 1, **fresh)

    def tell(self, **progress: int) -> bool:
        return self._step((self.State.RUNNING,), **progress)

    def finish(self, **result: int | str) -> bool:
        return self._end((self.State.RUNNING,), self.State.DONE, **result)

    def fail(self, problem: str, **result: int | str) -> bool:
        return self._end((self.State.RUNNING,), self.State.FAILED, problem=problem, **result)

    def stop(self) -> bool:
        return self._end((self.State.CHECKING, self.State.WAITING, self.State.RUNNING), self.State.STOPPED)

    def _end(self, before: tuple[str, ...], state: str, **values: int | str) -> bool:
        return self._step(before, state=state, ended_at=timezone.now(), file="", sample=[], **values)

    def _step(self, before: tuple[str, ...], **values: object) -> bool:
        return ImportJob.objects.filter(pk=self.pk, state__in=before).update(**values) == 1
