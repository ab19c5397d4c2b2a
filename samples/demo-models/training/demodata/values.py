"""Dates, times, e-mail addresses, phone numbers and amounts of money in many spellings."""
import unicodedata

MONTHS = "January February March April May June July August September October November December".split()
SHORT = [month[:3] for month in MONTHS]
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
CODES = "USD EUR CHF GBP JPY CNY INR AUD CAD SEK NOK DKK PLN BRL ZAR".split()
UNITS = ("dollars euros francs pounds yen rupees pesos kronor yuan rubles rand|US dollars|Swiss francs|British pounds|"
         "Canadian dollars|Australian dollars|cents|pence|Japanese yen|Indian rupees").replace("|", " | ").split(" | ")
UNITS = [unit for group in UNITS for unit in ([group] if group[0].isupper() else group.split())]
SCALES = ["million", "billion", "thousand", "trillion", "bn", "m", "k", "mn"]
NUMBER_WORDS = ("two three four five six seven eight nine ten twelve fifteen twenty thirty forty fifty sixty seventy eighty ninety hundred").split()
MAIL_HOSTS = "gmail outlook yahoo hotmail proton icloud mail example company web university post bank shop".split()
TLDS = "com com com com org net edu gov io co.uk ch de fr it eu info ai dev co app ac.uk com.au us at nl be se no dk fi pl es pt ie ca in jp co.jp br com.br co.nz org.uk museum example biz".split()
HOST_ENDINGS = "group mail labs tech online bank news legal shipping travel design clinic school media energy foods partners consulting hotel garden".split()
MAILBOXES = ("info support sales contact hello jobs press billing help admin office service orders team hr careers news privacy legal security "
             "returns noreply no-reply feedback booking reservations enquiries accounts media events webmaster").split()


def ordinal(number):
    return f"{number}{'th' if 10 <= number % 100 <= 20 else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def year(rng):
    return rng.randint(1950, 2035) if rng.random() < 0.75 else rng.randint(1500, 1950)


def date(rng):
    day, month, yr = rng.randint(1, 28), rng.randint(1, 12), year(rng)
    name = rng.choice((MONTHS, MONTHS, SHORT))[month - 1]
    weekday = rng.choice(DAYS)
    two = f"{yr % 100:02d}"
    forms = (
        (10, lambda: f"{day} {name} {yr}"), (8, lambda: f"{name} {day}, {yr}"), (3, lambda: f"{name} {ordinal(day)}, {yr}"), (2, lambda: f"{name} {day} {yr}"),
        (5, lambda: f"{name} {ordinal(day)}"), (6, lambda: f"{name} {day}"), (5, lambda: f"{day} {name}"), (3, lambda: f"{ordinal(day)} of {name}"),
        (2, lambda: f"the {ordinal(day)} of {name}, {yr}"), (2, lambda: f"{ordinal(day)} {name} {yr}"), (2, lambda: f"{ordinal(day)} {name}"),
        (5, lambda: f"{yr}-{month:02d}-{day:02d}"), (4, lambda: f"{month:02d}/{day:02d}/{yr}"), (2, lambda: f"{day}/{month}/{yr}"),
        (2, lambda: f"{day:02d}.{month:02d}.{yr}"), (1, lambda: f"{day}.{month}.{yr}"), (2, lambda: f"{month}/{day}/{two}"), (1, lambda: f"{day}-{SHORT[month - 1]}-{yr}"),
        (1, lambda: f"{yr}/{month:02d}/{day:02d}"), (14, lambda: f"{yr}"), (8, lambda: f"{MONTHS[month - 1]} {yr}"), (2, lambda: f"{SHORT[month - 1]} {yr}"),
        (5, lambda: MONTHS[month - 1]), (7, lambda: weekday), (3, lambda: f"{weekday}, {day} {name} {yr}"), (2, lambda: f"{weekday}, {name} {day}"),
        (2, lambda: f"{weekday}, {name} {day}, {yr}"), (2, lambda: f"{weekday} {day} {name}"), (3, lambda: f"next {weekday}"), (3, lambda: f"last {weekday}"),
        (1, lambda: f"this {weekday}"), (2, lambda: f"{rng.choice(('next', 'last', 'this'))} {rng.choice(('week', 'month', 'year', MONTHS[month - 1]))}"),
        (5, lambda: rng.choice(("yesterday", "today", "tomorrow"))), (1, lambda: f"{rng.choice(('spring', 'summer', 'autumn', 'winter'))} {yr}"),
        (1, lambda: f"the summer of {yr}"), (1, lambda: f"Q{rng.randint(1, 4)} {yr}"), (1, lambda: f"the {yr // 10 * 10}s"), (1, lambda: f"{day} {SHORT[month - 1]}. {yr}"),
        (1, lambda: f"{SHORT[month - 1]}. {day}, {yr}"), (1, lambda: f"{weekday} {name} {ordinal(day)}"), (1, lambda: f"{MONTHS[month - 1]} of {yr}"),
    )
    weights = _weights(forms)
    return rng.choices(forms, cum_weights=weights)[0][1]()


_CACHED = {}


def _weights(forms):
    """Cumulative weights, computed once for each table."""
    key = len(forms)
    if key not in _CACHED:
        total, sums = 0, []
        for weight, _ in forms:
            total += weight
            sums.append(total)
        _CACHED[key] = sums
    return _CACHED[key]


def time(rng):
    hour, minute = rng.randint(1, 12), rng.choice(("00", "15", "30", "45", "05", "50"))
    return rng.choice((f"{hour} a.m.", f"{hour} p.m.", f"{hour}:{minute} am", f"{hour}:{minute} pm", f"{hour + 11}:{minute}", f"{hour} o'clock",
                       "noon", "midnight", f"{hour}am", f"{hour}pm", f"{hour:02d}:{minute}"))


def _ascii(name):
    """The name as it would stand in an address: lower case, no accents, no blanks."""
    plain = unicodedata.normalize("NFKD", name.lower())
    return "".join(c for c in plain if c.isascii() and (c.isalnum() or c == "-")) or "user"


def email(rng, names):
    first, last, other = _ascii(names.first_name()), _ascii(names.surname()), _ascii(names.surname())
    noun = lambda: rng.choice(names.nouns)
    company = lambda: "".join(_ascii(word) for word in names.organization().split()[:2])
    part = lambda: _ascii(rng.choice((names.syllables(1, 3), other, noun(), company())))
    host = rng.choice(MAIL_HOSTS) if rng.random() < 0.3 else part()
    roll = rng.random()
    if roll < 0.18:
        host += "-" + (rng.choice(HOST_ENDINGS) if rng.random() < 0.5 else part())
    elif roll < 0.26:
        host += rng.choice(HOST_ENDINGS)
    elif roll < 0.36:
        host = rng.choice(("mail", "cs", "support", "post", "hr", "students", "news", "shop", "it", part())) + "." + host
    user = rng.choice((
        f"{first}.{last}", f"{first}.{last}", f"{first}.{last}", first, last, f"{first[0]}.{last}", f"{first[0]}{last}", f"{first}_{last}", f"{first}{rng.randint(1, 2010)}",
        f"{last}.{first}", f"{first}-{last}", f"{first}.{rng.choice('abcdefghjklmnprstw')}.{last}", f"{first}.{last}-{other}", f"{first}.{last}{rng.randint(1, 99)}",
        f"{last}{first[0]}", f"{first}+{noun()}", f"{noun()}{rng.randint(1, 99)}", f"{noun()}.{noun()}", f"{noun()}-{noun()}", f"{first}{last}", noun(),
        *rng.choices(MAILBOXES, k=4), f"{rng.choice(MAILBOXES)}.{_ascii(rng.choice(names.cities))}", f"{rng.choice(MAILBOXES)}-{_ascii(rng.choice(names.cities))}",
        f"{rng.choice(MAILBOXES)}_{rng.choice(MAILBOXES)}", f"{rng.choice(MAILBOXES)}+{rng.randint(1, 9999)}"))
    address = f"{user}@{host}.{rng.choice(TLDS)}".replace("_of_", "").replace(" ", "")
    roll = rng.random()
    return address.upper() if roll < 0.01 else address.title() if roll < 0.03 else address


def _digits(rng, count):
    return "".join(rng.choice("0123456789") for _ in range(count))


def phone(rng):
    d = lambda count: _digits(rng, count)
    country = rng.choice(("1", "41", "44", "49", "33", "39", "34", "31", "43", "46", "47", "61", "81", "91", "86", "55", "27", "353", "971", "234", "358"))
    forms = (
        lambda: f"+41 {rng.choice(('44', '79', '31', '22', '61', '78'))} {d(3)} {d(2)} {d(2)}", lambda: f"({rng.randint(200, 989)}) {d(3)}-{d(4)}",
        lambda: f"{rng.randint(200, 989)}-{d(3)}-{d(4)}", lambda: f"{d(3)}-{d(4)}", lambda: f"+1 {d(3)} {d(3)} {d(4)}", lambda: f"+1 ({d(3)}) {d(3)}-{d(4)}", lambda: f"+1-{d(3)}-{d(3)}-{d(4)}",
        lambda: f"1-800-{d(3)}-{d(4)}", lambda: f"+44 20 {d(4)} {d(4)}", lambda: f"020 {d(4)} {d(4)}", lambda: f"07{d(3)} {d(6)}", lambda: f"+44 7{d(3)} {d(6)}",
        lambda: f"0{d(3)} {d(3)} {d(4)}", lambda: f"+49 {d(2)} {d(8)}", lambda: f"+49 {d(3)} {d(7)}", lambda: f"0{d(2)}/{d(7)}", lambda: f"+33 {rng.randint(1, 9)} {d(2)} {d(2)} {d(2)} {d(2)}",
        lambda: f"0{d(1)} {d(2)} {d(2)} {d(2)} {d(2)}", lambda: f"0{d(2)} {d(3)} {d(2)} {d(2)}", lambda: f"+{country} {d(rng.randint(1, 3))} {d(3)} {d(4)}",
        lambda: f"+{country}{d(rng.randint(8, 10))}", lambda: f"00{country} {d(2)} {d(3)} {d(2)} {d(2)}", lambda: f"{d(3)}.{d(3)}.{d(4)}", lambda: f"+{country} {d(2)} {d(4)} {d(4)}",
        lambda: f"+{country} {d(5)} {d(5)}", lambda: f"+{country} (0){d(2)} {d(3)} {d(2)} {d(2)}", lambda: f"+{country}-{d(2)}-{d(4)}-{d(4)}", lambda: f"0{d(9)}", lambda: f"({d(3)}){d(3)}-{d(4)}",
        lambda: f"0800 {d(3)} {d(3)}", lambda: f"0800 {d(6)}", lambda: f"{d(3)} {d(3)} {d(4)}")
    number = rng.choice(forms)()
    return f"{number} ext. {d(3)}" if rng.random() < 0.02 else number


def money(rng):
    whole = rng.choice((rng.randint(1, 20), rng.randint(10, 99), rng.randint(100, 999), rng.randint(1000, 99999), rng.randint(100000, 9999999)))
    commas = f"{whole:,}"
    plain = str(whole)
    cents = f"{rng.randint(1, 999):,}.{rng.randint(0, 99):02d}"
    small = rng.choice((str(rng.randint(1, 999)), f"{rng.randint(1, 99)}.{rng.randint(1, 9)}"))
    symbol, code, unit = rng.choice("$$$€€££¥₹"), rng.choice(CODES), rng.choice(UNITS)
    scale = rng.choice(("million", "million", "billion", "thousand", "trillion"))
    word = rng.choice(NUMBER_WORDS)
    forms = (
        lambda: f"{symbol}{commas}", lambda: f"{symbol}{commas}", lambda: f"{symbol}{cents}", lambda: f"{symbol}{cents}", lambda: f"{symbol}{small} {scale}", lambda: f"{symbol}{small} {scale}",
        lambda: f"{symbol}{small}{rng.choice(('bn', 'm', 'k', 'M', 'B', 'K', 'mn'))}", lambda: f"{code} {commas}", lambda: f"{code} {cents}", lambda: f"{commas} {code}", lambda: f"{cents} {code}",
        lambda: f"{commas} {unit}", lambda: f"{small} {scale} {unit}", lambda: f"{small} {scale} {unit}", lambda: f"{code} {small} {scale}", lambda: f"{small} {unit}", lambda: f"{plain} {unit}",
        lambda: f"{word} {unit}", lambda: f"{word} {scale} {unit}", lambda: f"{rng.choice(NUMBER_WORDS[:9])} hundred {unit}", lambda: f"{rng.choice(('US', 'C', 'A', 'NZ', 'HK'))}${commas}", lambda: f"US${small} {scale}",
        lambda: f"{rng.choice(('Fr.', 'CHF', 'Rs.', 'R$', 'SFr.'))} {commas}", lambda: f"{commas} {symbol}", lambda: f"{cents} {symbol}", lambda: f"{symbol}{plain}", lambda: f"{symbol} {commas}", lambda: f"CHF {commas}.–",
        lambda: f"{rng.randint(1, 999)}'{rng.randint(100, 999)} {rng.choice(('CHF', 'francs', 'Swiss francs'))}")
    return rng.choice(forms)()
