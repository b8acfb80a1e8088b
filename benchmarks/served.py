"""What gunicorn serves for the suite of the API: the site on the scratch database, and bare views at `/bare/…`.

A bare view runs the statements that the API runs for the same address, and tells how many rows there were.
"""

import json
import os
from pathlib import Path

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaking.settings")
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402 - settings first
from django.db import connection  # noqa: E402
from django.http import HttpRequest, JsonResponse  # noqa: E402
from django.urls import include, path  # noqa: E402

GIVEN = json.loads(Path(os.environ["BENCH_SERVING"]).read_text(encoding="utf-8"))


def bare(request: HttpRequest, name: str) -> JsonResponse:
    rows = 0
    with connection.cursor() as cursor:
        for statement in GIVEN["statements"][name]:
            cursor.execute(statement)
            rows += len(cursor.fetchall())
    return JsonResponse({"rows": rows})


urlpatterns = [path("bare/<str:name>", bare), path("", include("matchmaking.urls"))]
settings.ROOT_URLCONF = __name__
settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = GIVEN["database"]
application = get_wsgi_application()
