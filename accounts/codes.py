"""Code lists about people and organisations: EU size classes, countries, languages, kinds."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class OrganisationKind(TextChoices):
    SME = "sme", _("Small or medium-sized company")
    LARGE_COMPANY = "large_company", _("Large company")
    RESEARCH = "research", _("Research organisation or university")
    PUBLIC_BODY = "public_body", _("Public body")
    CLUSTER = "cluster", _("Cluster")


class SizeBand(TextChoices):
    """EU Recommendation 2003/361/EC, by staff."""

    MICRO = "micro", _("fewer than 10 people")
    SMALL = "small", _("10 to 49 people")
    MEDIUM = "medium", _("50 to 249 people")
    LARGE = "large", _("250 people or more")


class Frequency(TextChoices):
    DAILY = "daily", _("every day")
    WEEKLY = "weekly", _("once a week")
    MONTHLY = "monthly", _("once a month")
    NEVER = "never", _("never")


class Language(TextChoices):
    """The 24 official languages of the EU (ISO 639-1), each named in itself."""

    BG = "bg", "Български"
    CS = "cs", "Čeština"
    DA = "da", "Dansk"
    DE = "de", "Deutsch"
    EL = "el", "Ελληνικά"
    EN = "en", "English"
    ES = "es", "Español"
    ET = "et", "Eesti"
    FI = "fi", "Suomi"
    FR = "fr", "Français"
    GA = "ga", "Gaeilge"
    HR = "hr", "Hrvatski"
    HU = "hu", "Magyar"
    IT = "it", "Italiano"
    LT = "lt", "Lietuvių"
    LV = "lv", "Latviešu"
    MT = "mt", "Malti"
    NL = "nl", "Nederlands"
    PL = "pl", "Polski"
    PT = "pt", "Português"
    RO = "ro", "Română"
    SK = "sk", "Slovenčina"
    SL = "sl", "Slovenščina"
    SV = "sv", "Svenska"


class Country(TextChoices):
    """ISO 3166-1 alpha-2: the EU, its candidates and close partners."""

    AT = "AT", _("Austria")
    BE = "BE", _("Belgium")
    BG = "BG", _("Bulgaria")
    HR = "HR", _("Croatia")
    CY = "CY", _("Cyprus")
    CZ = "CZ", _("Czechia")
    DK = "DK", _("Denmark")
    EE = "EE", _("Estonia")
    FI = "FI", _("Finland")
    FR = "FR", _("France")
    DE = "DE", _("Germany")
    GR = "GR", _("Greece")
    HU = "HU", _("Hungary")
    IE = "IE", _("Ireland")
    IT = "IT", _("Italy")
    LV = "LV", _("Latvia")
    LT = "LT", _("Lithuania")
    LU = "LU", _("Luxembourg")
    MT = "MT", _("Malta")
    NL = "NL", _("Netherlands")
    PL = "PL", _("Poland")
    PT = "PT", _("Portugal")
    RO = "RO", _("Romania")
    SK = "SK", _("Slovakia")
    SI = "SI", _("Slovenia")
    ES = "ES", _("Spain")
    SE = "SE", _("Sweden")
    AL = "AL", _("Albania")
    BA = "BA", _("Bosnia and Herzegovina")
    CH = "CH", _("Switzerland")
    GB = "GB", _("United Kingdom")
    GE = "GE", _("Georgia")
    IS = "IS", _("Iceland")
    LI = "LI", _("Liechtenstein")
    MD = "MD", _("Moldova")
    ME = "ME", _("Montenegro")
    MK = "MK", _("North Macedonia")
    NO = "NO", _("Norway")
    RS = "RS", _("Serbia")
    TR = "TR", _("Türkiye")
    UA = "UA", _("Ukraine")
