"""Where the description of the API is read: as a file, and as a page without anything from another server."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class SchemaView(SpectacularAPIView):
    """The description itself, as YAML or with `Accept: application/json` as JSON."""

    throttle_classes = []


class DocsView(SpectacularSwaggerSplitView):
    """The description as a page; its script and styles come from this site."""

    url_name = "api-schema"
    template_name = "accounts/api_docs.html"
    throttle_classes = []
