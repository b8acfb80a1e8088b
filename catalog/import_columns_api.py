"""What the columns of a file mean, over HTTP as JSON: looked at, put right and looked at again, then begun."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.rest.problems import Conflict
from accounts.rest.repeating import once

from . import import_jobs
from .import_forms import NOTHING, ImportColumnsForm, in_words
from .import_preview import Preview, previews
from .models import ImportJob

MEANT = OpenApiExample("A column put right", {"mapping": {"Bezeichnung": "title", "Lager": ""}}, request_only=True)


class MeaningsSerializer(serializers.Serializer):
    """What columns mean; those not named keep the meaning they have."""

    mapping = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=100),
        required=False,
        help_text='By column of the file the field it holds, "" to leave it out.',
    )


class BeginningSerializer(MeaningsSerializer):
    """The same, and how to import; what is not said stays as it was sent."""

    publishes = serializers.BooleanField(required=False, help_text="Publish what is new; otherwise it is drafts.")
    is_all_or_nothing = serializers.BooleanField(required=False, help_text="Import nothing if a row is wrong.")


class ColumnSerializer(serializers.Serializer):
    """A column of the file, what stands in its first row, and the field it holds; empty: it is left out."""

    column = serializers.CharField()
    example = serializers.CharField()
    field = serializers.CharField()


class FieldSerializer(serializers.Serializer):
    field = serializers.CharField()
    label = serializers.CharField()


class RowProblemSerializer(serializers.Serializer):
    field = serializers.CharField()
    value = serializers.CharField()
    reason = serializers.CharField()


class PreviewSerializer(serializers.Serializer):
    """What would become of one row."""

    line = serializers.IntegerField()
    title = serializers.CharField()
    text = serializers.CharField(help_text="Its beginning.")
    outcome = serializers.CharField(help_text="In words.")
    problems = RowProblemSerializer(many=True)


class ColumnsSerializer(serializers.Serializer):
    """The columns of the file, which fields they may hold, and what would become of its first rows."""

    columns = ColumnSerializer(many=True)
    meanings = FieldSerializer(many=True)
    rows = PreviewSerializer(many=True)


class SettlesColumns:
    """Adds `{id}/columns/` and `{id}/start/` to the resource of imports."""

    @extend_schema(responses=ColumnsSerializer)
    @action(detail=True, filter_backends=[], pagination_class=None, problems=("conflict",))
    def columns(self, request: Request, pk: int) -> Response:
        """What the columns of a file that was sent without beginning are taken for; 409 once it has begun."""
        return Response(told(self._unsettled()))

    @extend_schema(request=MeaningsSerializer, responses=ColumnsSerializer, examples=[MEANT])
    @columns.mapping.post
    def look_again(self, request: Request, pk: int) -> Response:
        """The same with other meanings; nothing is stored."""
        job, asked = self._unsettled(), MeaningsSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        settle(job, asked.validated_data)
        return Response(told(job))

    @extend_schema(request=BeginningSerializer, examples=[MEANT])
    @action(detail=True, methods=["post"])
    @once
    def start(self, request: Request, pk: int) -> Response:
        """Begin to import it with these meanings. A worker does it: ask the job how far it is."""
        job, asked = self._unsettled(), BeginningSerializer(data=request.data)
        self.check_version(job.pk)
        asked.is_valid(raise_exception=True)
        settle(job, asked.validated_data)
        if not import_jobs.start(job):
            raise Conflict
        return self.row(job.pk)

    def _unsettled(self) -> ImportJob:
        """404 for another one's; 409 for one that has begun."""
        job = self.get_object()
        if job.state != ImportJob.State.CHECKING:
            raise Conflict("It has begun, so that its columns mean what they were said to.")
        return job


def settle(job: ImportJob, chosen: Mapping[str, Any]) -> None:
    """As the form of the page does; nothing is stored. Raises ValidationError."""
    mapping = chosen.get("mapping", {})
    if unknown := sorted(mapping.keys() - set(job.columns)):
        raise serializers.ValidationError({"mapping": [f"The file has no column “{unknown[0]}”."]})
    meant = job.mapping | mapping
    data = {f"column-{number}": meant[column] or NOTHING for number, column in enumerate(job.columns)}
    how = {name: chosen.get(name, getattr(job, name)) for name in ("publishes", "is_all_or_nothing")}
    form = ImportColumnsForm(data | how, instance=job)
    if not form.is_valid():
        reasons = [reason for reasons in form.errors.values() for reason in reasons]
        raise serializers.ValidationError({"mapping": reasons})


def told(job: ImportJob) -> dict[str, Any]:
    form = ImportColumnsForm(instance=job)
    first = job.sample[0][1] if job.sample else {}
    columns = [
        {"column": column, "example": in_words(first.get(column, "")), "field": job.mapping.get(column, "")}
        for column in job.columns
    ]
    fields = [{"field": name, "label": str(label)} for name, label in form.meanings]
    return {"columns": columns, "meanings": fields, "rows": [row(one) for one in previews(job)]}


def row(one: Preview) -> dict[str, Any]:
    problems = [
        {name: str(getattr(problem, name)) for name in ("field", "value", "reason")} for problem in one.problems
    ]
    return one._asdict() | {"problems": problems}
