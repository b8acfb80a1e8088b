"""What somebody weighs before deciding on an offer: cost, payback, evidence, maturity and the way back.

For each the words of the offer, or the question to ask where it does not say.
"""

from typing import NamedTuple

from django.utils.translation import gettext as _

from catalog.codes import TRL_OF_STAGE, CostBand, Stage
from catalog.presenting import RISK_FIELDS, Shown, label_of

from .codes import Topic

TOPIC_OF = {
    "cost_band": Topic.COST,
    "payback": Topic.PAYBACK,
    "evidence": Topic.EVIDENCE,
    "stage": Topic.MATURITY,
    "reversibility": Topic.REVERSIBILITY,
}


class Weight(NamedTuple):
    """One line of the card; without `value` the offer does not say, and `topic` is what to ask."""

    topic: str
    label: str
    value: str


def weights_of(offer: Shown) -> list[Weight]:
    """The lines of the card of an offer, always the same ones in the same order."""
    labels = {
        "cost_band": _("Cost to start with"),
        "payback": _("Pays for itself"),
        "evidence": _("Evidence"),
        "stage": _("Maturity"),
        "reversibility": _("Way back"),
    }
    codes = offer.codes
    return [Weight(TOPIC_OF[name], label, _said(name, codes.get(name, ""))) for name, label in labels.items()]


def _said(name: str, code: str) -> str:
    if name == "stage":
        return _maturity(code)
    return "" if code == CostBand.UNKNOWN else label_of(RISK_FIELDS[name], code)


def _maturity(stage: str) -> str:
    if not stage:
        return ""
    return _("%(stage)s (TRL %(levels)s)") % {"stage": label_of(Stage, stage), "levels": TRL_OF_STAGE[Stage(stage)]}
