"""Words by which a text shows that it says why, how and within which limits, and those that only praise.

Beginnings of words in six languages, judgement and not measured: a sign that is missed costs an unneeded note, which
blocks nothing. A pure module.
"""

import re

Signs = dict[str, re.Pattern[str]]


def _any(words: str) -> re.Pattern[str]:
    """Words that begin so, whatever their case."""
    return re.compile(rf"\b(?:{words})\w*", re.IGNORECASE)


def _signs(**words: str) -> Signs:
    return {language: _any(beginnings) for language, beginnings in words.items()}


SIGNS: dict[str, Signs] = {
    "why": _signs(
        en="because|cost|loss|lose|losing|lost|waste|wasting|throw|complain|danger|too |problem|fine[sd]|risk|break",
        de="weil|kost|verl[iou]|abfall|abfäll|beschwer|gefahr|gefähr|zu (?:viel|lang|teuer|oft|hoch)|problem|"
        "w[ei]rf|denn|deshalb|risik",
        fr="parce|co[uû]t|perd|perte|gaspill|déchet|plaint|plaign|danger|trop|problème|car |jet(?:ons|er)|risque",
        es="porque|cuest|cost|perd|pérdid|desperdici|residu|quej|peligr|demasiad|problema|tira(?:mos|r)|riesg",
        it="perch|cost|perd|sprec|rifiut|lament|pericol|tropp|problem|butt(?:iamo|are)|rischi",
        pl="ponieważ|bo |koszt|strat|trac|odpad|marn|skarg|skarż|niebezp|zbyt|za (?:dużo|drogo|często)|problem|"
        "wyrzuc|ryzyk",
    ),
    "tried": _signs(
        en="tried|trying|tested|attempt|so far|until now|currently|today|already|at the moment",
        de="versuch|probiert|getestet|bisher|bislang|ausprobiert|schon|bereits|derzeit|heute|momentan",
        fr="essa[yi]|tenté|tentativ|testé|jusqu|actuel|déjà|aujourd",
        es="prob(?:ado|amos|é)|intent|hasta ahora|actual|ya |hoy",
        it="prov(?:ato|iamo)|tentat|testat|finora|attual|già|oggi",
        pl="próbowa|testowa|dotychczas|do tej pory|dotąd|obecn|już|dziś|dzisiaj",
    ),
    "limits": _signs(
        en="must|may not|cannot|at most|at least|maxim|minim|limit|without|standard|only|needs? to|requir|suit|"
        "compatib|up to|fits? ",
        de="muss|müss|darf|dürf|höchst|mindest|maxim|minim|ohne|norm|nur|grenz|soll|voraus|geeignet|passt|"
        "kompatib|bis zu",
        fr="doi(?:t|vent)|ne peut|maxim|minim|au plus|au moins|sans|norme|limit|seulement|uniquement|exig|compatib|"
        "convien|jusqu'à",
        es="deb(?:e|en)|no puede|máxim|mínim|como mucho|al menos|sin |norma|límit|solo|sólo|requi|compatib|"
        "adecuad|hasta",
        it="dev(?:e|ono)|non può|massim|minim|almeno|senza|norm|limit|solo|soltanto|richied|compatib|adatt|fino a",
        pl="musi|muszą|nie (?:może|wolno)|maksym|minim|najwyżej|co najmniej|bez|norm|limit|tylko|powin|"
        "wymaga|nadaje|do \\d",
    ),
    "solves": _signs(
        en="problem|reduc|sav(?:e|ing)|less|fewer|avoid|prevent|faster|waste|loss|instead|lower",
        de="problem|senk|spar|einspar|weniger|vermeid|verhinder|schneller|abfall|verlust|statt|reduz|verring",
        fr="problème|rédui|réduc|économi|moins|évit|plus (?:vite|rapide)|perte|gaspill|au lieu|dimin",
        es="problema|reduc|reduz|ahorr|menos|evit|más rápid|pérdid|desperdici|en lugar|dismin",
        it="problem|ridu|rispar|meno|evit|più (?:veloc|rapid)|perdit|sprec|invece|dimin",
        pl="problem|zmniejsz|ograni|oszczęd|mniej|unik|zapobie|szybciej|strat|odpad|zamiast|obniż",
    ),
    "how": _signs(
        en="using|uses|by \\w+ing|works|based on|consist|combin|measur|forecast|detect|from ",
        de="hilfe|mittels|indem|durch|funktionier|arbeitet|basier|besteh|kombin|m[ie]ss|nutzt|erkenn|berechn|aus ",
        fr="grâce|à l.aide|en \\w+ant|moyen|fonctionn|utilis|bas[ée]|compos|combin|mesur|à partir|détect",
        es="mediante|gracias|funciona|utiliz|usa|basad|consist|combin|mid[ei]|a través|a partir|detect",
        it="mediante|grazie|funziona|utilizz|usa|basat|consist|combin|misur|attravers|tramite|partire|rilev",
        pl="dzięki|pomoc|przez|poprzez|działa|wykorzyst|używ|opart|składa|łącz|mierz|wykryw|na podstawie",
    ),
}
MARKETING = _signs(
    en="leading|world-class|cutting[- ]edge|state[- ]of[- ]the[- ]art|innovative|revolution|unique|best[- ]in|"
    "game[- ]chang|unrivalled|ground-?breaking|next[- ]generation|holistic|seamless",
    de="führend|einzigartig|innovativ|revolution|wegweisend|zukunftsweisend|bahnbrechend|ganzheitlich|erstklassig|"
    "marktführ|modernste",
    fr="leader|innovant|révolution|unique|(?:à la|de) pointe|incontournable|inégal|exceptionn|dernier cri",
    es="líder|innovador|revolucion|únic[oa]|vanguardia|de última generación|inigualabl|excepcional|punter[oa]",
    it="leader|innovativ|rivoluzion|unic[oa]|all.avanguardia|di ultima generazione|eccezional|ineguagl",
    pl="wiodąc|innowacyjn|rewolucyjn|unikaln|wyjątkow|najnowocześniejsz|przełomow|kompleksow|lider",
)
COMPANY = re.compile(  # any company with its legal form; what is capitalised before it is its name
    r"\b(?:[A-ZÀ-ŽΑ-Ω][\w&.-]*\s+){1,4}(?:GmbH|AG|KG|SARL|SAS|S\.?A\.?S\.?|S\.?L\.?U?\.|S\.?p\.?A\.?|S\.?r\.?l\.?"
    r"|B\.?V\.|N\.V\.|Sp\. ?z ?o\. ?o\.|Lda\.?|Ltd\.?|Inc\.?|Oy|d\.o\.o\.|s\.r\.o\.|Kft\.?)(?!\w)"
)
# One question a sector; beginnings of words in all six languages that show that it is answered.
SECTOR_SIGNS = {
    sector: re.compile(rf"(?:{words})", re.IGNORECASE)
    for sector, words in {
        "aerospace_defence": r"approv|certif|zulass|zertif|homolog|agré|zatwierdz|dopuszcz|certyf|en ?9100",
        "agri_food": r"haccp|\bifs\b|\bbrc|hygi|higien|igien|lebensmittelsich|food saf|iso 22000",
        "construction": r"new build|existing|renovat|retrofit|neubau|bestand|sanier|\bneuf|rénov|existant|obra nueva|"
        r"rehabil|existente|ristruttur|esistent|nuov[ao] costru|nowy bud|nowe bud|istniej|remont",
        "cultural_creative": r"\brights?\b|licen|rechte|lizenz|droits|derechos|diritti|\bpraw[oa]?\b",
        "digital": r"\berp\b|\bapi\b|interfa|schnittstelle|cloud|server|serveur|servidor|serwer|integr|anbind|chmur",
        "electronics": r"per year|a year|pieces|pro jahr|im jahr|stück|par an|pièces|al año|piezas|all.anno|pezzi|"
        r"rocznie|sztuk",
        "energy_intensive": r"°|degree|\bgrad|degr[ée]|stopni|[kmg]wh|\bgas\b|\bgaz|strom|electric|électri|eléctri|"
        r"elettric|prąd",
        "renewables": r"[kmg]wh?\b",
        "health": r"medical device|\bmdr\b|medizinprodukt|dispositif médical|producto sanitario|dispositivo medic|"
        r"wyr[óo]b|pati?ent|pacient|pazient|pacjent",
        "mobility": r"vehicle|truck|\bcars?\b|\bbus|train|fahrzeug|lkw|pkw|\bzug|véhicul|camion|voiture|vehícul|"
        r"coche|veicol|\bauto|pojazd|samoch",
        "social_economy": r"\d+ (?:people|members|families|personen|menschen|mitglieder|person|membre|personas|"
        r"socios|persone|soci\b|os[oó]b|członk)",
        "retail": r"\bshops?\b|store|branch|till|filial|laden|läden|kasse|magasin|caisse|tienda|caja|negozi|cassa|"
        r"sklep|kas[aę]",
        "textiles": r"cotton|wool|polyester|fib(?:re|er)|baumwoll|wolle|faser|coton|laine|algod|\blana\b|cotone|"
        r"bawełn|wełn|włók",
        "tourism": r"season|guests|summer|winter|saison|gäste|sommer|hôtes|été|hiver|tempor|huésped|verano|invierno|"
        r"stagion|ospiti|estate|inverno|sezon|gości|lat[oe]m|zim",
    }.items()
}
