"""The administration of linked installations: linking one, its key, and ending it."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.codes import Country
from accounts.models import Cluster, Organisation

from . import federation
from .models import Peer
from .outgoing import Forbidden, target_of

KEY = _("The key for the operator of %(name)s, shown once: %(key)s")


class PeerForm(forms.ModelForm):
    url = forms.URLField(label=_("Address"), max_length=300, assume_scheme="https")
    token = forms.CharField(
        label=_("Key that its operator gave you"),
        max_length=200,
        required=False,
        widget=forms.PasswordInput({"autocomplete": "off"}),
        help_text=_("Leave it empty to keep the present one, or until you have it."),
    )

    class Meta:
        model = Peer
        fields = ["url", "contact", "token"]

    def clean_url(self) -> str:
        return checked_address(self.cleaned_data["url"])

    def clean_token(self) -> str:
        return self.cleaned_data["token"] or self.instance.token


class NewPeerForm(PeerForm):
    country = forms.ChoiceField(label=_("Country"), choices=Country.choices)

    class Meta(PeerForm.Meta):
        fields = ["name", "url", "contact", "token"]

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        slug = federation.slug_of(name)
        taken = Organisation.objects.filter(origin=name).exists() or Cluster.objects.filter(slug=slug).exists()
        if taken or not slug:
            raise forms.ValidationError(_("Choose another name: this one is taken, or has no Latin letter."))
        return name

    def link(self) -> tuple[Peer, str]:
        """The peer and the key for its operator."""
        wanted = self.cleaned_data
        peer, key = federation.link(wanted["name"], wanted["url"], wanted["country"], wanted["contact"])
        Peer.objects.filter(pk=peer.pk).update(token=wanted["token"])
        return peer, key


def checked_address(url: str) -> str:
    try:
        target_of(url)
    except Forbidden as error:
        raise forms.ValidationError(_("Only https addresses can be linked.")) from error
    return url


@admin.register(Peer)
class PeerAdmin(admin.ModelAdmin):
    """Its name stays: it stands on every record that came from there."""

    list_display = ["name", "url", "synced_at", "failures", "refused", "error", "ended_at"]
    readonly_fields = ["synced_at", "failures", "refused", "error", "ended_at"]
    actions = ["new_key", "end"]

    def get_form(self, request: HttpRequest, obj: Peer | None = None, **kwargs: Any) -> type[forms.ModelForm]:
        return super().get_form(request, obj, **kwargs | {"form": PeerForm if obj else NewPeerForm})

    def get_fields(self, request: HttpRequest, obj: Peer | None = None) -> list[str]:
        return (
            ["url", "contact", "token", *self.readonly_fields]
            if obj
            else ["name", "country", "url", "contact", "token"]
        )

    def has_delete_permission(self, request: HttpRequest, obj: Peer | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Peer, form: PeerForm, change: bool) -> None:
        if change:
            obj.save(update_fields=["url", "contact", "token"])
            return
        peer, key = form.link()
        obj.pk = peer.pk
        self._tell(request, peer, key)

    @admin.action(description=_("Make a new key: the former one is good no more"), permissions=["change"])
    def new_key(self, request: HttpRequest, peers: QuerySet) -> None:
        for peer in peers.live():
            key = peer.new_key()
            peer.save(update_fields=["key_hash"])
            self._tell(request, peer, key)

    @admin.action(description=_("End for good, and forget what came from there"), permissions=["change"])
    def end(self, request: HttpRequest, peers: QuerySet) -> None:
        for peer in peers.live().select_related("cluster__organisation"):
            federation.end(peer)

    def _tell(self, request: HttpRequest, peer: Peer, key: str) -> None:
        self.message_user(request, KEY % {"name": peer.name, "key": key}, messages.WARNING)
