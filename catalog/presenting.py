"""An offer or a need as somebody may see it: the one place where disclosure becomes words.

Pages, mails and the API show a document through `Shown` only. What a level forbids is not in the object:
a template, a serializer or a mail cannot leak it by mistake. Who has which level is asked elsewhere.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.codes import OrganisationKind
from accounts.models import Organisation

from .anonymise import strip_identities
from .codes import (
    CostBand,
    Disclosure,
    Ecosystem,
    Evidence,
    Goal,
    IprStatus,
    PartnerKind,
    PartnershipType,
    Payback,
    Reversibility,
    Stage,
    State,
    Visibility,
)
from .models import Document, Need, Offer
from .models.document import TEXT_FIELDS

KIND_WORDS = {
    OrganisationKind.SME: gettext_lazy("SME"),
    OrganisationKind.LARGE_COMPANY: gettext_lazy("Large company"),
    OrganisationKind.RESEARCH: gettext_lazy("Research organisation"),
    OrganisationKind.PUBLIC_BODY: gettext_lazy("Public body"),
    OrganisationKind.CLUSTER: gettext_lazy("Cluster"),
}
# How somebody says that it is over; the four ends stay four.
END_WORDS: dict[type[Document], dict[State, str]] = {
    Need: {
        State.MET_HERE: gettext_lazy("Solved, with a partner found here"),
        State.MET_ELSEWHERE: gettext_lazy("Solved in another way"),
        State.WITHDRAWN: gettext_lazy("No longer needed"),
        State.UNMET: gettext_lazy("Given up, still unsolved"),
    },
    Offer: {
        State.MET_HERE: gettext_lazy("Customers found here"),
        State.MET_ELSEWHERE: gettext_lazy("Customers found elsewhere"),
        State.WITHDRAWN: gettext_lazy("No longer offered"),
        State.UNMET: gettext_lazy("No customer found"),
    },
}
CODED_FIELDS = {
    "partnership_types": PartnershipType,
    "partner_kinds": PartnerKind,
    "ecosystems": Ecosystem,
}
# What somebody weighs before deciding on an offer.
RISK_FIELDS = {
    "cost_band": CostBand,
    "payback": Payback,
    "evidence": Evidence,
    "reversibility": Reversibility,
}
# Codes and days, as stored: what a teaser may tell a machine, too.
OPEN_FIELDS = (
    "state", "stage", "ipr_status", "partnership_types", "partner_kinds", "sdgs", "ecosystems", "countries",
    "cost_band", "payback", "evidence", "reversibility", "budget_band", "deadline", "valid_until", "published_at",
)  # fmt: skip


class Section(NamedTuple):
    """One text field with its label."""

    name: str
    label: str
    text: str


class Fact(NamedTuple):
    """One structured wish in words."""

    label: str
    value: str


def organisation_line(organisation: Organisation) -> str:
    """Country, kind and size, as everybody with a teaser may know them: "SME, 10 to 49 people, Germany"."""
    kind = str(KIND_WORDS[OrganisationKind(organisation.kind)])
    parts = [kind, organisation.get_size_display(), organisation.get_country_display()]
    return ", ".join(part for part in parts if part)


class Shown:
    """`document` as far as `disclosure` allows.

    At `NONE` every text is empty; at `TEASER` texts are without identities and the organisation is a line of
    country, kind and size; at `FULL` everything is there. The organisation must be loaded with the document.
    """

    def __init__(self, document: Document, disclosure: int | None = None) -> None:
        """Without `disclosure` the one that a QuerySet annotated counts, and nothing where none did."""
        level = getattr(document, "disclosure", Disclosure.NONE) if disclosure is None else disclosure
        self._document = document
        self.disclosure = Disclosure(level)
        self.pk = document.pk
        self.kind = document._meta.model_name

    def __str__(self) -> str:
        return self.title

    @property
    def plural(self) -> str:
        """As in addresses."""
        return f"{self.kind}s"

    @property
    def is_none(self) -> bool:
        return self.disclosure == Disclosure.NONE

    @property
    def is_full(self) -> bool:
        return self.disclosure == Disclosure.FULL

    # Texts

    def text(self, field: str) -> str:
        return self._document.text_for(self.disclosure, field)

    def strip(self, text: str) -> str:
        """A text taken from this document (a sentence, a keyword) as far as the disclosure allows."""
        if self.is_none:
            return ""
        return text if self.is_full else strip_identities(text, [self._document.organisation.name])

    def quotable(self, words: Iterable[str]) -> list[str]:
        """Those of the words that are none of a name that is not shown: one alone may stand in the text as well."""
        hidden = set() if self.is_full else set(re.findall(r"\w+", self._document.organisation.name.casefold()))
        return [word for word in words if word.casefold() not in hidden]

    @property
    def whole_text(self) -> str:
        """Everything that is read of the document, as `Document.text` has it."""
        return "\n".join(filter(None, map(self.text, TEXT_FIELDS)))

    def message(self, text: str, writer: str = "") -> str:
        """What this side wrote to the other before an introduction: without people and addresses, whatever else may
        be known of it."""
        if self.is_none:
            return ""
        hidden = [] if self.is_full else [self._document.organisation.name]
        return strip_identities(text, [*hidden, *filter(None, [writer])])

    @property
    def title(self) -> str:
        return self.text("title")

    @property
    def summary(self) -> str:
        return self.text("summary")

    @property
    def description(self) -> str:
        return self.text("description")

    @property
    def sections(self) -> list[Section]:
        """Every text but the title that is not empty, in the order of the form."""
        labelled = [(name, str(self._document._meta.get_field(name).verbose_name)) for name in TEXT_FIELDS[1:]]
        return [Section(name, label, text) for name, label in labelled if (text := self.text(name))]

    @property
    def keywords(self) -> list[str]:
        return [*self.words("technology_keywords"), *self.words("market_keywords")]

    def words(self, field: str) -> list[str]:
        return [shown for word in getattr(self._document, field) if (shown := self.strip(word))]

    @property
    def language(self) -> str:
        return "" if self.is_none else self._document.language

    @property
    def language_name(self) -> str:
        return "" if self.is_none else self._document.get_language_display()

    # Who

    @property
    def origin(self) -> str:
        """The installation it was pulled from, by name; empty for this one."""
        return "" if self.is_none else self._document.organisation.origin

    @property
    def organisation(self) -> str:
        """The name where it may be known, else the line that identifies nobody; with where it was pulled from."""
        who = self.organisation_name or self.organisation_line
        return _("%(who)s (from %(origin)s)") % {"who": who, "origin": self.origin} if self.origin else who

    @property
    def organisation_name(self) -> str:
        """Empty where it may not be known."""
        return self._document.organisation.name if self.is_full and not self.is_nameless else ""

    @property
    def is_nameless(self) -> bool:
        """Pulled as a teaser: nobody here knows whose it is, whatever they may see."""
        return bool(self.origin) and self._document.visibility != Visibility.PUBLIC

    @property
    def visibility(self) -> str:
        return "" if self.is_none else self._document.visibility

    @property
    def is_verified(self) -> bool:
        """Whether a broker vouches for the organisation; not told where its name is not."""
        return self.is_full and self._document.organisation.is_verified

    @property
    def organisation_line(self) -> str:
        return "" if self.is_none else organisation_line(self._document.organisation)

    @property
    def whereabouts(self) -> dict[str, str]:
        """Country, kind and size of the organisation as codes."""
        fields = () if self.is_none else ("country", "kind", "size")
        return {name: getattr(self._document.organisation, name) for name in fields}

    @property
    def website(self) -> str:
        return self._document.organisation.website if self.is_full else ""

    @property
    def country(self) -> str:
        return "" if self.is_none else self._document.organisation.get_country_display()

    # Structured wishes

    @property
    def reference(self) -> str:
        return "" if self.is_none else self._document.reference

    @property
    def codes(self) -> dict[str, Any]:
        """State, wishes and days as stored, by field; nothing here names anybody."""
        known = [] if self.is_none else [name for name in OPEN_FIELDS if hasattr(self._document, name)]
        return {name: getattr(self._document, name) for name in known}

    @property
    def facts(self) -> list[Fact]:
        """Stage, partnership, cost and so on, in words; nothing here names anybody."""
        if self.is_none:
            return []
        found = [*self._life_facts(), *self._coded_facts(), *self._money_facts()]
        return [Fact(str(label), value) for label, value in found if value]

    def _life_facts(self) -> Iterable[tuple[str, str]]:
        document = self._document
        yield document._meta.get_field("stage").verbose_name, label_of(Stage, document.stage)
        yield document._meta.get_field("ipr_status").verbose_name, label_of(IprStatus, document.ipr_status)

    def _coded_facts(self) -> Iterable[tuple[str, str]]:
        document = self._document
        for name, codes in CODED_FIELDS.items():
            values = [label_of(codes, code) for code in getattr(document, name)]
            yield document._meta.get_field(name).verbose_name, ", ".join(values)
        countries = document._meta.get_field("countries")
        choices = dict(countries.base_field.flatchoices)
        yield countries.verbose_name, ", ".join(str(choices.get(code, code)) for code in document.countries)
        yield _("UN goals"), "; ".join(label_of(Goal, goal) for goal in document.sdgs)

    def _money_facts(self) -> Iterable[tuple[str, str]]:
        document = self._document
        if isinstance(document, Need):
            yield document._meta.get_field("budget_band").verbose_name, label_of(CostBand, document.budget_band)
            yield document._meta.get_field("deadline").verbose_name, day(document.deadline)
        else:
            for name, codes in RISK_FIELDS.items():
                yield document._meta.get_field(name).verbose_name, label_of(codes, getattr(document, name))


def label_of(codes: type, code: str | int) -> str:
    return str(codes(code).label) if code else ""


def day(moment: date | None) -> str:
    return date_format(moment) if moment else ""
