"""Names in eight languages, to tell the language from; they ship inside Babel.

Source: Unicode CLDR, https://cldr.unicode.org (Unicode-3.0 licence), as speakers of each language
contributed it: names of countries, languages, scripts, currencies, cities, time zones and units.
A name that is the same in two of the languages ("Angola") says nothing and is left out, so no text
is in two splits. Replace `load` with your own data when you have it.
"""

from collections import Counter
from collections.abc import Iterator

import numpy as np
from babel import Locale
from ml_runtime.data import Dataset
from ml_runtime.schema import Column

LANGUAGES = ("de", "en", "es", "fi", "fr", "it", "nl", "pl")

# Characters. The few longer names (in German 1 of 100) are left out: every text costs this much.
LONGEST = 40


def load() -> Dataset:
    """Return the names, about 1,400 of each language."""
    names = {language: sorted(set(_names(Locale(language)))) for language in LANGUAGES}
    languages_of = Counter(name for own in names.values() for name in own)
    rows = [
        (name, language)
        for language, own in names.items()
        for name in own
        if languages_of[name] == 1 and len(name) <= LONGEST
    ]
    texts, labels = (np.array(column, dtype=object) for column in zip(*rows, strict=True))
    return Dataset(
        columns={"text": texts, "language": labels},
        inputs=(Column("text", "string", max_length=LONGEST),),
        target="language",
        task="classification",
        classes=LANGUAGES,
        source="Unicode CLDR in Babel, https://cldr.unicode.org",
    )


def _names(locale: Locale) -> Iterator[str]:
    for names in (locale.territories, locale.languages, locale.scripts, locale.currencies):
        yield from names.values()
    for zone in locale.time_zones.values():
        if "city" in zone:
            yield zone["city"]
    for zone in locale.meta_zones.values():
        yield from zone.get("long", {}).values()
    for unit in locale.unit_display_names.values():
        yield from unit.values()
