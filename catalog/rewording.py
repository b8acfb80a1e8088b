"""Changing a text that is somebody else's: a broker proposes, whoever acts for its organisation decides.

Pure of mails: the upper package asks and tells.
"""

from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import NamedTuple

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from accounts.models import Membership, User, own_organisations

from .codes import State
from .models import ClientText, Document, Need, Offer, Rewording
from .models.document import TEXT_FIELDS, DocumentQuerySet

# What a need and an offer say in words, as their forms have it.
REWORDED = {Need: TEXT_FIELDS, Offer: tuple(name for name in TEXT_FIELDS if name != "expertise_sought")}


def own_words(documents: DocumentQuerySet, user: User) -> DocumentQuerySet:
    """Those of which the person may change the words, and who sees them: drafts, those of the own organisations, what
    one has written, and what nobody else could be asked about. What a client has confirmed is the client's."""
    if user.is_staff:
        return documents
    said = ClientText.objects.filter(**{documents.model._meta.model_name: OuterRef("pk")}, confirmed_at__isnull=False)
    people = Membership.objects.approved().filter(organisation=OuterRef("organisation"), user__is_active=True)
    mine = Q(state=State.DRAFT) | Q(organisation__in=own_organisations(user))
    return documents.filter(mine | Q(author=user) & ~Exists(said) | ~Exists(people))


def is_of_others(document: Document, user: User) -> bool:
    """Whether the person takes care of the text only as a broker, and somebody else can be asked about it."""
    return not own_words(type(document).objects.filter(pk=document.pk), user).exists()


def check_author_decides(document: Document, fields: Iterable[str], user: User) -> None:
    """Raises PermissionDenied where somebody would change words, or who sees them, that are not theirs."""
    if set(fields) & {*TEXT_FIELDS, "visibility"} and is_of_others(document, user):
        raise PermissionDenied(_("The text is its author's: propose a change, and they decide."))


@transaction.atomic
def propose(document: Document, texts: dict[str, str], *, by: User, note: str = "", seen: str = "") -> Rewording:
    """Propose these texts in place of those that `seen` is the hash of.

    Raises PermissionDenied for whoever does not take care of it as a broker, ValidationError where nothing would
    change, the text was changed since, or an earlier proposal waits.
    """
    model = type(document)
    mine = model.objects.editable_by(by).select_for_update(of=("self",)).without_vectors()
    locked = mine.filter(pk=document.pk).first()
    if locked is None or not is_of_others(locked, by):
        raise PermissionDenied(_("Only a broker who takes care of this text proposes a change of it."))
    if seen and seen != locked.text_hash:
        raise ValidationError(_("The text was changed while you wrote. Read it again, then propose your change."))
    wanted = {name: _plain(texts[name]) for name in REWORDED[model] if name in texts}
    changed = {name: text for name, text in wanted.items() if text != _plain(getattr(locked, name))}
    if not changed:
        raise ValidationError(_("Nothing is changed yet."))
    return _kept(locked, changed, by, note)


def _plain(text: str) -> str:
    """As it is compared and kept: a form sends other ends of lines than were stored."""
    return text.replace("\r\n", "\n").strip()


def _kept(document: Document, changed: dict[str, str], by: User, note: str) -> Rewording:
    """In place of an earlier one that was written for another text."""
    document.rewordings.waiting().exclude(text_hash=document.text_hash).delete()
    about = {document._meta.model_name: document, "text_hash": document.text_hash, "proposed_by": by, "note": note}
    try:
        with transaction.atomic():
            return Rewording.objects.create(texts=changed, **about)
    except IntegrityError as error:
        raise ValidationError(_("An earlier proposal waits for an answer. Take it back first.")) from error


@transaction.atomic
def accept(rewording: Rewording, *, by: User) -> bool:
    """Change the text as proposed; False if it was answered before, taken back, or the text was changed since."""
    document = rewording.document
    model = type(document)
    locked = model.objects.select_for_update(of=("self",)).without_vectors().get(pk=document.pk)
    if locked.text_hash != rewording.text_hash or not rewording.answer(is_accepted=True, by=by):
        return False
    for name in rewording.fields:
        setattr(locked, name, rewording.texts[name])
    locked.save(update_fields=[*rewording.fields, "updated_at"])
    return True


def decline(rewording: Rewording, *, by: User) -> bool:
    """Leave the text as it is; False if it was answered before or taken back."""
    return rewording.answer(is_accepted=False, by=by)


def take_back(rewording: Rewording) -> bool:
    """False if there is an answer already."""
    return Rewording.objects.waiting().filter(pk=rewording.pk).delete()[0] > 0


# Side by side


class Words(NamedTuple):
    text: str
    is_changed: bool


class Change(NamedTuple):
    """One field, as it is and as proposed, in pieces."""

    name: str
    label: str
    old: list[Words]
    new: list[Words]


def changes_in(rewording: Rewording) -> list[Change]:
    """What would change, while the text is still the one it was written for."""
    document = rewording.document
    label = {name: str(document._meta.get_field(name).verbose_name) for name in rewording.fields}
    return [
        Change(name, label[name], *compared(_plain(getattr(document, name)), rewording.texts[name]))
        for name in rewording.fields
    ]


def compared(old: str, new: str) -> tuple[list[Words], list[Words]]:
    """Both texts in pieces, word by word, with what differs marked."""
    before, after = _pieces(old), _pieces(new)
    left, right = [], []
    for kind, i, j, k, m in SequenceMatcher(a=before, b=after, autojunk=False).get_opcodes():
        is_changed = kind != "equal"
        left.append(Words("".join(before[i:j]), is_changed))
        right.append(Words("".join(after[k:m]), is_changed))
    return [one for one in left if one.text], [one for one in right if one.text]


def _pieces(text: str) -> list[str]:
    """Words with the space after them."""
    return [word for line in text.splitlines(keepends=True) for word in _words(line)]


def _words(line: str) -> list[str]:
    words = line.split(" ")
    return [f"{word} " for word in words[:-1]] + ([words[-1]] if words[-1] else [])
