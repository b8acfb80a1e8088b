"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

from .views.home import accent, home

urlpatterns = [
    path("", home, name="home"),
    path("accent.css", accent, name="accent"),
    path("accounts/", include("allauth.urls")),
    path("", include("accounts.urls")),
    path("language/", include("django.conf.urls.i18n")),
    path("admin/", admin.site.urls),
]
