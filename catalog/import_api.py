"""Importing files over HTTP: a job is begun with the file, tells how far it is, and keeps what was wrong."""

import json
from typing import Any

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Organisation, Scope
from accounts.rest.problems import Conflict
from accounts.rest.repeating import once
from accounts.rest.resources import Listed, Resource, Retrieved

from . import import_jobs
from .import_columns_api import SettlesColumns, settle
from .import_views import problems_file
from .models import ImportJob

MEANINGS = 'JSON: by column of the file the field it holds, "" to leave it out. Columns not named here are guessed.'


class ImportFileSerializer(serializers.Serializer):
    """The file, whose documents they are, and what its columns mean."""

    file = serializers.FileField(help_text="CSV, XLSX, JSON or JSON Lines.")
    kind = serializers.ChoiceField(choices=ImportJob.Kind.choices)
    organisation = serializers.IntegerField(required=False, help_text="Needed where you write for several.")
    mapping = serializers.CharField(required=False, default="{}", help_text=MEANINGS)
    publishes = serializers.BooleanField(default=False, help_text="Publish what is new; otherwise it is drafts.")
    is_all_or_nothing = serializers.BooleanField(default=False, help_text="Import nothing if a row is wrong.")
    waits = serializers.BooleanField(default=False, help_text="Do not begin yet: look at its columns first.")

    def validate_organisation(self, pk: int) -> Organisation:
        chosen = Organisation.objects.writable_by(self.context["request"].user).filter(pk=pk).first()
        if chosen is None:
            raise serializers.ValidationError("You do not write for an organisation of this number.")
        return chosen

    def validate_mapping(self, text: str) -> dict[str, str]:
        try:
            mapping = json.loads(text)
        except (ValueError, RecursionError):
            raise serializers.ValidationError("This is not JSON.") from None
        if not isinstance(mapping, dict) or not all(isinstance(field, str) for field in mapping.values()):
            raise serializers.ValidationError("An object of columns and fields is expected.")
        return mapping

    def validate(self, data: dict[str, Any]) -> dict[str, Any]:
        if "organisation" not in data:
            own = list(Organisation.objects.writable_by(self.context["request"].user)[:2])
            if len(own) != 1:
                raise serializers.ValidationError({"organisation": ["Say for which organisation you import."]})
            data["organisation"] = own[0]
        return data


class ImportJobSerializer(serializers.ModelSerializer):
    has_report = serializers.SerializerMethodField(help_text="Whether there are rejected rows to read.")

    class Meta:
        model = ImportJob
        fields = [
            "id", "kind", "organisation", "name", "state", "columns", "mapping", "publishes", "is_all_or_nothing",
            "rows_total", "rows_read", "created", "updated", "unchanged", "rejected", "problem", "has_report",
            "created_at", "ended_at",
        ]  # fmt: skip
        extra_kwargs = {name: {"required": True} for name in fields if name != "has_report"}
        extra_kwargs["state"] = {"required": True, "help_text": "done, failed and stopped are ends"}

    def get_has_report(self, job: ImportJob) -> bool:
        return bool(job.report)


class ImportJobViewSet(SettlesColumns, Listed, Retrieved, Resource):
    """Imports of offers and needs from files; everybody sees the own ones."""

    queryset = ImportJob.objects.none()  # for the description; `get_queryset` says what is read
    serializer_class = ImportJobSerializer
    orderings = ("id", "created_at")
    scopes = {"look_again": Scope.READ}  # it changes nothing
    upload_setting = "IMPORT_UPLOAD_MAX_BYTES"

    def get_queryset(self) -> QuerySet:
        return ImportJob.objects.visible_to(self.request.user)

    def get_parsers(self) -> list[Any]:
        return (
            [MultiPartParser()] if getattr(self, "action_map", {}).get("post") == "create" else super().get_parsers()
        )

    @extend_schema(request={"multipart/form-data": ImportFileSerializer}, responses={201: ImportJobSerializer})
    @once
    def create(self, request: Request) -> Response:
        """Begin to import a file. A worker does it: ask the job how far it is. With `waits` it is left until you
        have looked at what its columns are taken for (`columns/`), and begins with `start/`."""
        checked = ImportFileSerializer(data=request.data, context={"request": request})
        checked.is_valid(raise_exception=True)
        chosen = checked.validated_data
        job = self._looked_at(request, chosen)
        if chosen["mapping"] or not chosen["waits"]:
            settle(job, chosen)
        job.publishes, job.is_all_or_nothing = chosen["publishes"], chosen["is_all_or_nothing"]
        import_jobs.keep(job, chosen["file"])
        if not chosen["waits"]:
            import_jobs.start(job)
        return self.row(job.pk, status.HTTP_201_CREATED)

    def _looked_at(self, request: Request, chosen: dict[str, Any]) -> ImportJob:
        owner = {"organisation": chosen["organisation"], "by": request.user}
        try:
            return import_jobs.look_at(chosen["file"], kind=chosen["kind"], **owner)
        except import_jobs.ValidationError as error:
            raise serializers.ValidationError({"file": error.messages}) from None

    @extend_schema(request=None, responses=ImportJobSerializer)
    @action(detail=True, methods=["post"])
    @once
    def stop(self, request: Request, pk: int) -> Response:
        """End it before its end: nothing of it is imported."""
        if not import_jobs.stop(self.get_object()):
            raise Conflict
        return self.row(pk)

    @extend_schema(responses={(200, "text/csv"): OpenApiTypes.BINARY})
    @action(detail=True)
    def report(self, request: Request, pk: int) -> HttpResponseBase:
        """The rejected rows as CSV, with line and reasons in front, to be mended and imported again."""
        job = self.get_object()
        if not job.report or not default_storage.exists(job.report):
            raise Http404
        return problems_file(job)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Errors are JSON, also where a client asks for the report as a table."""
        return super().perform_content_negotiation(request, force=force or self.action == "report")
