"""What the notes on a text say: what to change, and why that helps. Which notes there are finds `linting`."""

from typing import NamedTuple

from django.utils.translation import gettext_lazy as _

from .linting import Note

WORDS = {
    "leak": _(
        "Others can tell from this who you are: %(found)s. Say it without the name, for example “our machine maker”. "
        "We take out what we recognise, and a text without gaps is read more easily."
    ),
    "too_long": _(
        "%(found)s characters too many. Keep what decides whether it fits; short texts are read to the end."
    ),
    "nearly_full": _("Only %(found)s characters are left here. Say the most important thing first."),
    "long_title": _("The title is longer than lists and mails show. Name the problem in a few words."),
    "short": _("Write one or two sentences more. The more you say, the better we tell what fits from what does not."),
    "keywords": _("%(found)s keywords too many. Five say what it is about; more bring what does not fit."),
    "no_why": _(
        "Say why it matters: what it costs, what goes wrong. Providers then know what a solution is worth to you."
    ),
    "no_tried": _("Say how you do it today and what you have tried. Nobody proposes to you what you know already."),
    "no_limits": _(
        "Say what must not change and what it must fit to. What cannot work is left out before anybody is asked."
    ),
    "no_amounts": _("Name a figure: kilos, hours, degrees, euro. Figures show at once whether the size fits."),
    "no_solves": _(
        "Say which problem it solves, as a customer would say it. Companies look for that, not for a product."
    ),
    "no_how": _("Say how it works, in one sentence. Others then see whether it can work for them."),
    "marketing": _(
        "%(found)s: praise that every text has. Say what it does and by how much; that is found and believed."
    ),
    "ask_aerospace_defence": _("Brokers of this sector ask: which approvals are needed?"),
    "ask_agri_food": _("Brokers of this sector ask: which food safety rules apply, such as HACCP or IFS?"),
    "ask_construction": _("Brokers of this sector ask: is it about new buildings or existing ones?"),
    "ask_cultural_creative": _("Brokers of this sector ask: who holds the rights to the content?"),
    "ask_digital": _("Brokers of this sector ask: which systems must it work with, and where are the data kept?"),
    "ask_electronics": _("Brokers of this sector ask: how many pieces a year?"),
    "ask_energy_intensive": _("Brokers of this sector ask: which temperatures, and which energy is used today?"),
    "ask_renewables": _("Brokers of this sector ask: how much power, or how much energy a year?"),
    "ask_health": _("Brokers of this sector ask: is it a medical device, and is it about data of patients?"),
    "ask_mobility": _("Brokers of this sector ask: which vehicles, or parts of them?"),
    "ask_social_economy": _("Brokers of this sector ask: how many people is it for?"),
    "ask_retail": _("Brokers of this sector ask: how many shops, and which till or stock system?"),
    "ask_textiles": _("Brokers of this sector ask: which fibres or fabrics?"),
    "ask_tourism": _("Brokers of this sector ask: how many guests, and in which season?"),
}


class Advice(NamedTuple):
    """A note in words, with the label and the id of the field it is about."""

    label: str
    field_id: str
    words: str


def in_words(note: Note, label: str, field_id: str) -> Advice:
    return Advice(label, field_id, WORDS[note.code] % {"found": ", ".join(note.found)})
