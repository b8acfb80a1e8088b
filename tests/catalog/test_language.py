"""Detecting the language of short business texts."""

import pytest

from catalog.language import LANGUAGES, detect

SENTENCES = {
    "bg": "Търсим по-евтин начин да сушим дървесината в малкия ни цех.",
    "cs": "Hledáme levnější způsob sušení dřeva v naší malé dílně.",
    "da": "Vi søger en billigere måde at tørre træ på i vores lille værksted.",
    "de": "Wir suchen einen günstigeren Weg, das Holz in unserer kleinen Werkstatt zu trocknen.",
    "el": "Ψάχνουμε φθηνότερο τρόπο να στεγνώνουμε το ξύλο στο μικρό μας εργαστήριο.",
    "en": "We look for a cheaper way to dry the wood in our small workshop.",
    "es": "Buscamos una forma más barata de secar la madera en nuestro pequeño taller.",
    "et": "Otsime odavamat viisi puidu kuivatamiseks meie väikeses töökojas.",
    "fi": "Etsimme halvempaa tapaa kuivata puuta pienessä verstaassamme.",
    "fr": "Nous cherchons un moyen moins cher de sécher le bois dans notre petit atelier.",
    "ga": "Táimid ag lorg bealach níos saoire chun adhmad a thriomú inár gceardlann bheag.",
    "hr": "Tražimo jeftiniji način sušenja drva u našoj maloj radionici.",
    "hu": "Olcsóbb módot keresünk a fa szárítására kis műhelyünkben.",
    "it": "Cerchiamo un modo più economico per essiccare il legno nella nostra piccola officina.",
    "lt": "Ieškome pigesnio būdo džiovinti medieną mūsų mažose dirbtuvėse.",
    "lv": "Mēs meklējam lētāku veidu, kā žāvēt koksni mūsu mazajā darbnīcā.",
    "mt": "Qed infittxu mod irħas biex innixxfu l-injam fil-ħanut tax-xogħol żgħir tagħna.",
    "nl": "Wij zoeken een goedkopere manier om hout te drogen in onze kleine werkplaats.",
    "pl": "Szukamy tańszego sposobu suszenia drewna w naszym małym warsztacie.",
    "pt": "Procuramos uma forma mais barata de secar a madeira na nossa pequena oficina.",
    "ro": "Căutăm o modalitate mai ieftină de a usca lemnul în micul nostru atelier.",
    "sk": "Hľadáme lacnejší spôsob sušenia dreva v našej malej dielni.",
    "sl": "Iščemo cenejši način sušenja lesa v naši majhni delavnici.",
    "sv": "Vi söker ett billigare sätt att torka trä i vår lilla verkstad.",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_of_each_official_language_is_known(language: str):
    assert detect(SENTENCES[language], default="xx") == language


@pytest.mark.parametrize("text", ["", "ok", "AB-12 1234", "CNC", "🙂"])
def test_a_text_too_short_to_tell_is_taken_for_the_default(text: str):
    assert detect(text, default="fi") == "fi"


def test_a_long_text_is_of_the_language_of_most_of_it():
    abstract = "We look for partners in research and industry who want to save energy. " * 15
    assert detect(abstract + SENTENCES["pl"] * 40, default="xx") == "pl"
