"""The names of languages in English: all of ISO 639-1, and some others that learning material comes in."""

import functools
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from web.language import Language, LanguageName

_NAMES = """
aa Afar; ab Abkhazian; af Afrikaans; ak Akan; am Amharic; an Aragonese; ar Arabic; as Assamese;
ase American Sign Language; ast Asturian; av Avaric; ay Aymara; az Azerbaijani; ba Bashkir; be Belarusian;
bfi British Sign Language; bg Bulgarian; bi Bislama; bm Bambara; bn Bengali; bo Tibetan; br Breton; bs Bosnian;
ca Catalan; ce Chechen; ch Chamorro; co Corsican; cr Cree; cs Czech; cu Church Slavonic; cv Chuvash; cy Welsh;
da Danish; de German; dsb Lower Sorbian; dv Divehi; dz Dzongkha; ee Ewe; el Greek; en English; eo Esperanto;
es Spanish; et Estonian; eu Basque; fa Persian; ff Fulah; fi Finnish; fj Fijian; fo Faroese; fr French;
frr North Frisian; fur Friulian; fy Western Frisian; ga Irish; gd Scottish Gaelic; gl Galician; gn Guarani;
gsg German Sign Language; gsw Swiss German; gu Gujarati; gv Manx; ha Hausa; he Hebrew; hi Hindi; ho Hiri Motu;
hr Croatian; hsb Upper Sorbian; ht Haitian Creole; hu Hungarian; hy Armenian; hz Herero; ia Interlingua;
id Indonesian; ie Interlingue; ig Igbo; ii Sichuan Yi; ik Inupiaq; io Ido; is Icelandic; it Italian;
iu Inuktitut; ja Japanese; jv Javanese; ka Georgian; kab Kabyle; kg Kongo; ki Kikuyu; kj Kuanyama; kk Kazakh;
kl Kalaallisut; km Khmer; kn Kannada; ko Korean; kr Kanuri; ks Kashmiri; ku Kurdish; kv Komi; kw Cornish;
ky Kyrgyz; la Latin; lb Luxembourgish; lg Ganda; li Limburgish; ln Lingala; lo Lao; lt Lithuanian;
lu Luba-Katanga; lv Latvian; mg Malagasy; mh Marshallese; mi Māori; mk Macedonian; ml Malayalam; mn Mongolian;
mr Marathi; ms Malay; mt Maltese; mul Several languages; my Burmese; na Nauru; nb Norwegian Bokmål;
nd North Ndebele; nds Low German; ne Nepali; ng Ndonga; nl Dutch; nn Norwegian Nynorsk; no Norwegian;
nr South Ndebele; nv Navajo; ny Chichewa; oc Occitan; oj Ojibwa; om Oromo; or Odia; os Ossetian; pa Punjabi;
pi Pali; pl Polish; ps Pashto; pt Portuguese; qu Quechua; rm Romansh; rn Rundi; ro Romanian; rom Romani;
ru Russian; rw Kinyarwanda; sa Sanskrit; sc Sardinian; sd Sindhi; se Northern Sami; sg Sango;
sh Serbo-Croatian; si Sinhala; sk Slovak; sl Slovenian; sm Samoan; sn Shona; so Somali; sq Albanian;
sr Serbian; ss Swati; st Southern Sotho; su Sundanese; sv Swedish; sw Swahili; ta Tamil; te Telugu; tg Tajik;
th Thai; ti Tigrinya; tk Turkmen; tl Tagalog; tn Tswana; to Tongan; tr Turkish; ts Tsonga; tt Tatar; tw Twi;
ty Tahitian; ug Uyghur; uk Ukrainian; und Not stated; ur Urdu; uz Uzbek; ve Venda; vi Vietnamese; vo Volapük;
wa Walloon; wo Wolof; xh Xhosa; yi Yiddish; yo Yoruba; za Zhuang; zh Chinese; zu Zulu; zxx No language
"""

LANGUAGES: Mapping[str, LanguageName] = MappingProxyType(
    {tag: LanguageName(tag, name) for tag, _, name in (entry.strip().partition(" ") for entry in _NAMES.split(";"))}
)
"""Primary language tag -> name, which pages tell in their own language."""


def language_choices(wanted: Iterable[str], told_in: str) -> tuple[tuple[str, str], ...]:
    """Tags and names to choose from: those ``wanted`` ('' is none), then all others by their names in ``told_in``.

    >>> [tag for tag, _ in language_choices(["de", "en"], "de")][:4]
    ['de', 'en', 'ab', 'aa']
    """
    first = dict.fromkeys(filter(None, wanted))
    rest = (tag for tag in _by_name(told_in) if tag not in first)
    return tuple((tag, LANGUAGES.get(tag, tag)) for tag in (*first, *rest))


@functools.cache
def _by_name(told_in: str) -> tuple[str, ...]:
    """All tags in the order of their names in a language, letters with marks among those without."""
    spoken = Language(told_in)

    def order(tag: str) -> str:
        return unicodedata.normalize("NFKD", str(spoken.show(LANGUAGES[tag]))).casefold()

    return tuple(sorted(LANGUAGES, key=order))
