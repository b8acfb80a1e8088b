"""The vocabulary for brokers: looking concepts up, adding to them, what the texts propose, and taking files in."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from catalog.models import Concept, ConceptLabel, Scheme
from catalog.vocabulary_editing import NewConcept, add_concept, add_name
from catalog.vocabulary_files import Name, VocabularyError
from catalog.vocabulary_loading import Loaded

from ..demand import names_of
from ..models import GlossaryEntry
from ..vocabulary_forms import ConceptForm, NameForm, VocabularyFileForm
from ..vocabulary_page import concepts_named, load_file, proposals_for, rows_of
from .paging import page_of
from .rankers import check_broker

GLOSSARY = 20  # entries shown, the newest


@login_required
@require_safe
def concept_list(request: HttpRequest) -> HttpResponse:
    check_broker(request)
    text = request.GET.get("text", "").strip()[:100]
    page = page_of(request, concepts_named(text))
    context = {
        "text": text,
        "page": page,
        "rows": rows_of(list(page)),
        "schemes": Scheme.objects.order_by("title", "identifier"),
        "entries": GlossaryEntry.objects.visible_to(request.user).joining().order_by("-made_at")[:GLOSSARY],
        "file_form": VocabularyFileForm(),
    }
    return render(request, "matchmaking/concept_list.html", context)


@login_required
def concept_new(request: HttpRequest) -> HttpResponse:
    """Words that were proposed come along in the address."""
    check_broker(request)
    wished = {"name": request.GET.get("name", ""), "language": request.GET.get("language", _spoken())}
    form = ConceptForm(request.POST or None, initial=wished)
    if request.method == "POST" and form.is_valid():
        try:
            concept = add_concept(NewConcept(**form.cleaned_data))
        except VocabularyError as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, _("Added. Texts are read anew with it in the next minutes."))
            return redirect("concept-detail", concept.pk)
    return render(request, "matchmaking/concept_new.html", {"form": form})


@login_required
def concept_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A concept with all its names; a POST adds one."""
    check_broker(request)
    found = Concept.objects.active().without_vectors().select_related("scheme")
    concept = get_object_or_404(found, pk=pk)
    form = NameForm(request.POST or None, initial={"language": _spoken()})
    if request.method == "POST" and form.is_valid() and _add(request, concept, form):
        return redirect("concept-detail", pk)
    names = ConceptLabel.objects.told().filter(concept=concept).without_vectors()
    context = {
        "concept": concept,
        "name": names_of([concept])[pk],
        "names": names.order_by("language", "kind", "text"),
        "form": form,
    }
    return render(request, "matchmaking/concept_detail.html", context)


def _add(request: HttpRequest, concept: Concept, form: NameForm) -> bool:
    try:
        add_name(concept, Name(form.cleaned_data["language"], form.cleaned_data["text"], form.cleaned_data["kind"]))
    except VocabularyError as error:
        form.add_error("text", str(error))
        return False
    messages.success(request, _("Added. Texts are read anew with it in the next minutes."))
    return True


@login_required
@require_safe
def concept_proposals(request: HttpRequest) -> HttpResponse:
    check_broker(request)
    return render(request, "matchmaking/concept_proposals.html", {"proposals": proposals_for(request.user)})


@login_required
@require_POST
def concept_load(request: HttpRequest) -> HttpResponse:
    check_broker(request)
    form = VocabularyFileForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, _("Choose a file."))
        return redirect("concept-list")
    try:
        messages.success(request, told(load_file(form.cleaned_data["file"])))
    except VocabularyError as error:
        messages.error(request, _("Nothing was loaded: %(why)s") % {"why": error})
    return redirect("concept-list")


def told(loaded: Loaded) -> str:
    if not loaded.is_changed:
        return _("The vocabulary is as it was.")
    counts = {"new": len(loaded.added), "changed": len(loaded.changed), "retired": loaded.retired}
    words = ngettext("%(count)d concept read:", "%(count)d concepts read:", loaded.concepts) % {
        "count": loaded.concepts
    }
    return f"{words} " + _("%(new)d new, %(changed)d changed, %(retired)d retired.") % counts


def _spoken() -> str:
    return (get_language() or "en")[:2]
