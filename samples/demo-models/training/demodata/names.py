"""Names of people, organizations and places: listed ones and ones made of syllables."""
from .vocabulary import ALL, LISTS, lines

ONSETS = "b br c ch d dr f fl g gr h j k kl kr l m n p pr qu r s sh sk st t th tr v w y z zh".split()
VOWELS = "a e i o u a e i o ai au ea ee ei ia ie io oa oo ou".split()
CODAS = [""] * 8 + "n r l s t k m d x th nd rt st ck ll ng".split()
PERSON_ENDINGS = "son sen ski ova ova ini etti ez opoulos ian berg mann stein feld lund ström ham ley ton".split()
PLACE_ENDINGS = "ton ville burg berg ford field ham port mouth stad by dorf heim ia land city bury wick minster ow sk".split()
ORG_SUFFIXES = ("AS A/S AB Oy BV B.V. SpA KG Legal Law Travel Theatre Farms Mining Realty Optics Interiors Catering Architects Inc. Inc Ltd Ltd. LLC AG GmbH Corp. Corporation Group Holdings PLC plc S.A. SE NV & Co. & Sons Partners Industries "
                "Systems Technologies Labs Software Motors Airlines Airways Bank Insurance Energy Pharmaceuticals Foods Logistics Media "
                "Consulting Solutions Robotics Capital Ventures Investments Records Studios Press Publishing Books Hotels Analytics "
                "Biotech Networks Telecom Shipping Steel Chemicals Healthcare Therapeutics Brewery Bakery Foundation Institute").split()
DESCRIPTORS = ("First Global United National Royal General Pacific Atlantic Northern Southern Eastern Western Central Green Blue Red Silver "
               "Golden Bright Summit Pioneer Liberty Union Alpine Nordic Swiss British American European Asian Digital Smart Rapid "
               "Modern New Old Grand Prime Delta Omega Alpha Apex Nova Stellar Quantum Crystal Evergreen Horizon Phoenix Falcon Harbor").split()
FIELDS = ("Health Finance Education Agriculture Transport Defence Justice Energy Labour Trade Science Culture Tourism Technology "
          "Medicine Engineering Economics Law Physics Arts History Music Design Architecture Biology").split()
FACILITIES = ("Street Road Avenue Square Park Bridge Airport Station Valley Beach Island Castle Lane Boulevard Bay Forest Canyon Falls Tower Palace Cathedral Harbour "
              "Market Stadium Arena Gate Pier Gardens Hill Terminal Tunnel Pass Garden Theatre Hall").split()

PARTICLES = ["de", "van", "von", "van der", "van den", "di", "da", "del", "de la", "al", "bin", "dos", "le", "du", "Mc"]


def _listed(kind):
    return list(dict.fromkeys(name for file in sorted((LISTS / "ner" / "names").glob(f"{kind}*.txt")) for name in lines(f"ner/names/{file.name}")))


FIRST, SURNAMES, CITIES, REGIONS = _listed("first_names"), _listed("surnames"), _listed("cities"), _listed("regions")
ORGANIZATIONS, LANDMARKS = _listed("organizations"), _listed("facilities")


def _split(values, heldout):
    """Every fifteenth listed name is kept for the held-out sets."""
    return [value for index, value in enumerate(values) if (index % 15 == 14) == heldout]


class Names:
    """Draws names; with heldout=True only names that training never draws. Places and organizations may begin with "the "."""

    def __init__(self, rng, heldout=False, invented=0.25):
        self.rng = rng
        self.invented = 0.4 if heldout else invented
        self.heldout = heldout
        self.firsts = _split(FIRST, heldout)
        self.surnames = _split(SURNAMES, heldout)
        self.cities = _split(CITIES, heldout)
        self.regions = _split(REGIONS, heldout)
        self.organizations = _split(ORGANIZATIONS, heldout)
        self.landmarks = _split(LANDMARKS, heldout)
        self.nouns = [noun for noun in ALL["n"] if "_" not in noun]

    def syllables(self, low, high):
        rng = self.rng
        while True:
            name = "".join(rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS) for _ in range(rng.randint(low, high)))
            if rng.random() < 0.2 and len(name) > 4:
                name = name[1:]
            if 2 < len(name) < 13 and (sum(map(ord, name)) % 5 == 0) == self.heldout:
                return name.capitalize()

    def _pick(self, listed, low=1, high=3):
        return self.syllables(low, high) if self.rng.random() < self.invented else self.rng.choice(listed)

    def first_name(self):
        return self._pick(self.firsts, 1, 2)

    def surname(self):
        rng = self.rng
        roll = rng.random()
        if roll < 0.06:
            return self.syllables(1, 2) + rng.choice(PERSON_ENDINGS)
        if roll < 0.09:
            return f"{rng.choice(PARTICLES[:-1])} {self._pick(self.surnames)}"
        if roll < 0.12:
            return f"{self._pick(self.surnames)}-{self._pick(self.surnames)}"
        return self._pick(self.surnames)

    def full_name(self):
        rng = self.rng
        roll = rng.random()
        first, last = self.first_name(), self.surname()
        if roll < 0.06:
            return f"{first} {chr(rng.randint(65, 90))}. {last}"
        if roll < 0.09:
            return f"{chr(rng.randint(65, 90))}. {last}"
        if roll < 0.11:
            return f"{chr(rng.randint(65, 90))}.{chr(rng.randint(65, 90))}. {last}"
        if roll < 0.15:
            return f"{first} {self.first_name()} {last}"
        if roll < 0.17:
            return f"{first}-{self.first_name()} {last}"
        return f"{first} {last}"

    def person(self):
        roll = self.rng.random()
        if roll < 0.78:
            return self.full_name()
        return self.surname() if roll < 0.9 else self.first_name()

    def place(self):
        rng = self.rng
        roll = rng.random()
        if roll < 0.46:
            return self._pick(self.cities)
        if roll < 0.74:
            return rng.choice(self.regions)
        if roll < 0.80:
            return self.syllables(1, 2) + rng.choice(PLACE_ENDINGS)
        if roll < 0.84:
            return f"{self._pick(self.cities)}, {rng.choice(self.regions).removeprefix('the ')}"
        if roll < 0.89:
            return self.facility()
        if roll < 0.92:
            return f"{rng.randint(1, 250)} {self._pick(self.surnames)} {rng.choice(['Street', 'Road', 'Avenue', 'Lane', 'Drive', 'Way', 'Close'])}"
        if roll < 0.95:
            return f"{rng.choice(['Mount', 'Lake', 'Port', 'Fort', 'Saint', 'San', 'Santa', 'New', 'North', 'South', 'East', 'West', 'Upper', 'Lower', 'Cape', 'Los', 'El', 'River', 'Bad', 'Le'])} {self.syllables(1, 2)}"
        return self.syllables(1, 3)

    def facility(self):
        rng = self.rng
        if rng.random() < 0.5:
            return rng.choice(self.landmarks)
        base = rng.choice((self.surname, self.first_name, lambda: self.syllables(1, 3), lambda: self._pick(self.cities), lambda: rng.choice(self.nouns).capitalize()))()
        return f"{base} {rng.choice(FACILITIES)}"

    def organization(self):
        rng = self.rng
        roll = rng.random()
        noun = rng.choice(self.nouns).title()
        if roll < 0.4:
            return rng.choice(self.organizations)
        if roll < 0.45:
            return self.syllables(1, 3)
        if roll < 0.52:
            return f"{self._pick(self.surnames)} {rng.choice(ORG_SUFFIXES)}"
        if roll < 0.58:
            return f"{self.syllables(1, 3)} {rng.choice(ORG_SUFFIXES)}"
        if roll < 0.64:
            return f"{rng.choice(DESCRIPTORS)} {noun if rng.random() < .6 else ''} {rng.choice(ORG_SUFFIXES)}".replace("  ", " ")
        if roll < 0.68:
            return f"{self._pick(self.surnames)}{rng.choice([' & ', ' and ', ', '])}{self._pick(self.surnames)}" + rng.choice(["", " LLP", " Partners", " Associates"])
        if roll < 0.75:
            city = self._pick(self.cities)
            return rng.choice([f"University of {city}", f"{city} University", f"{city} City Council", f"{city} General Hospital", f"{city} Hospital",
                               f"{city} Police", f"Bank of {city}", f"{city} FC", f"{city} United", f"{city} Times", f"{city} Herald", f"{city} Museum of Art",
                               f"{city} Airport Authority", f"{city} Chamber of Commerce", f"{city} Philharmonic", f"{city} Institute of Technology",
                               f"{city} Zoo", f"{city} Library", f"{city} High School", f"{city} Rovers", f"{city} Football Club", f"{city} Court"])
        if roll < 0.82:
            field = rng.choice(FIELDS)
            return rng.choice([f"Ministry of {field}", f"Department of {field}", f"Institute of {field}", f"Academy of {field}", f"Office of {field}",
                               f"National {field} Agency", f"School of {field}", f"Faculty of {field}", f"International {field} Organization",
                               f"{field} Commission", f"Federal {field} Office", f"World {field} Council", f"Association of {field}"])
        if roll < 0.88:
            return f"{noun}{rng.choice(['ly', 'io', 'hub', 'ify', 'Works', 'Tech', 'Soft', 'Net', 'Lab', 'Box', ' AI', ' & Co', ' Labs', 'wise', 'Pay', 'Cloud'])}"
        if roll < 0.92:
            return "".join(chr(rng.randint(65, 90)) for _ in range(rng.randint(2, 4)))
        if roll < 0.96:
            return f"{self.surname()} {rng.choice(['Foundation', 'University', 'College', 'Museum', 'Hospital', 'Institute', 'Gallery', 'Trust', 'Clinic', 'School', 'Brothers', 'Group', 'Library'])}"
        return f"{rng.choice(DESCRIPTORS)} {noun}"
