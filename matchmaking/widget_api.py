"""The widget over HTTP as JSON: the lines that a cluster copies into its own site."""

from django.conf import settings
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.codes import Country
from catalog.codes import Ecosystem

from .forms import WidgetForm
from .links import absolute
from .models import Kind
from .site import ForBrokers
from .widget import snippet_of

LINES = OpenApiExample(
    "Open needs",
    {
        "preview": "https://pontis.example/widget/?kind=need",
        "frame": '<iframe src="https://pontis.example/widget/?kind=need" title="Open needs"></iframe>',
        "script": '<script src="https://pontis.example/static/widget.js" data-kind="need" async></script>',
    },
    response_only=True,
)


class WidgetOptionsSerializer(serializers.Serializer):
    """What it shows, and how it looks. Checked by the form of the page."""

    kind = serializers.ChoiceField(choices=Kind.choices, default=Kind.NEED)
    cluster = serializers.CharField(required=False, help_text="The `slug` of a cluster; all without.")
    ecosystem = serializers.ChoiceField(choices=Ecosystem.choices, required=False)
    country = serializers.ChoiceField(choices=Country.choices, required=False)
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES, required=False, help_text="That of the reader without."
    )
    accent = serializers.RegexField("^[0-9a-fA-F]{6}$", required=False, help_text="A colour, as in 0a5a5c.")


class SnippetSerializer(serializers.Serializer):
    """Two ways to have it, as HTML, and an address at which it is seen before."""

    preview = serializers.CharField()
    frame = serializers.CharField()
    script = serializers.CharField()


class WidgetCodeView(APIView):
    """Lines for brokers to copy into the site of their cluster; what they show is the same for everybody."""

    permission_classes = [ForBrokers]

    @extend_schema(
        operation_id="widget_code",
        parameters=[WidgetOptionsSerializer],
        responses=SnippetSerializer,
        examples=[LINES],
    )
    def get(self, request: Request) -> Response:
        form = WidgetForm({"kind": Kind.NEED} | request.query_params.dict())
        if not form.is_valid():
            raise serializers.ValidationError(form.errors)
        snippet = snippet_of(form.cleaned_data)
        return Response(snippet._asdict() | {"preview": absolute(snippet.preview)})
