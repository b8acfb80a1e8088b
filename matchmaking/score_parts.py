"""What the parts of a score are called, for whoever decides on a match. Which parts there are decide `ranking` and
`fit`; a part without a name here is shown by its key."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.translation import gettext_lazy as _


class Part(NamedTuple):
    words: str
    value: float
    whole: float = 1.0

    @property
    def share(self) -> float:
        """Of a whole, for a bar beside the number."""
        return min(abs(self.value) / self.whole, 1.0)


WHOLES = {"prominence": 5.0}  # standard deviations; in the demo 19 in 20 suggestions stay below 4.1

NAMES = {
    "agreement": _("How well the offer answers each word of the need"),
    "answered": _("How well the need answers each word of the offer"),
    "meaning": _("Nearness in meaning"),
    "words": _("Words in common"),
    "grams": _("Parts of words in common"),
    "glossary": _("What a broker has taught about the words"),
    "token_hub": _("How often the offer fits anything, by words"),
    "meaning_hub": _("How often the offer fits anything, by meaning"),
    "distinction": _("How much better it fits this need than others"),
    "prominence": _("How far it stands out among the offers"),
    "belonging": _("How far the need belongs to what is offered here"),
    "behind": _("How far it stands behind the best offer"),
    "clear": _("How far it stands before the next offer"),
    "learnt": _("What reviews have taught about the weights"),
    "text_score": _("The texts together"),
    "text_probability": _("How probable it is by the texts alone"),
    "wishes": _("The wishes together"),
    "need_met": _("How far the wishes of the need are met"),
    "offer_met": _("How far the wishes of the offer are met"),
    "wish_country": _("Wish: country"),
    "wish_budget": _("Wish: budget and cost"),
    "wish_kind": _("Wish: kind and size of the partner"),
    "wish_stage": _("Wish: stage of development"),
    "wish_deadline": _("Wish: in use in time"),
    "wish_ecosystem": _("Wish: industry"),
    "wish_partnership": _("Wish: kind of partnership"),
    "wish_language": _("Wish: language"),
    "wish_nearness": _("Wish: nearness"),
    # No part of a score any more, but of matches decided on when they were.
    "title": _("Nearness of the need to the offer's title"),
    "title_hub": _("How often the offer fits anything, by title"),
}


def parts_of(components: Mapping[str, float]) -> list[Part]:
    """In the order of the table above, unknown ones last."""
    order = list(NAMES)
    known = sorted((name for name in components if name in NAMES), key=order.index)
    unknown = [name for name in components if name not in NAMES]
    return [Part(str(NAMES.get(name, name)), components[name], WHOLES.get(name, 1.0)) for name in [*known, *unknown]]
