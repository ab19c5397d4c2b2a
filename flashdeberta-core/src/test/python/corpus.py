"""The text the tiny tokenizers are trained on. All of it was written for this purpose."""

import random

PARAGRAPHS = """
The harbour wakes before the town does. Fishing boats come back with their lights still on, and the gulls argue over
whatever falls between the crates. By seven the ice is gone, the crates are stacked, and somebody has made coffee strong
enough to stand a spoon in.
Anna Keller moved to Lisbon in March 2019 to work for a small company that repairs ship engines. She did not know much
about engines then. She knew about paperwork, though, and the company had been drowning in it for years.
A good error message says what was found, what was expected and what to do next. It doesn't blame the reader, it
doesn't apologise, and it never says "something went wrong" when the program knows perfectly well what went wrong.
The library opens at 9:30 on weekdays and at 11:00 on Saturdays; on Sundays it is closed. Members may borrow twelve
books for 28 days, and renew them twice unless somebody else is waiting. Questions? Write to desk@library.example.
How long does bread keep? Rye bread keeps for a week, white bread for two days at best. Wrapped in cloth it stays soft
inside, and the crust can be saved with a little water and a hot oven.
The river rose by two metres during the night. The old bridge held, the new one did not, and the newspapers printed
photographs of both. Engineers from Zürich and São Paulo were asked for their opinion; they agreed about nothing.
Der Zug nach München fährt um zwölf Uhr. Über den Brücken liegt Nebel, und die Straße ist für schwere Fahrzeuge gesperrt.
Le café près de la gare est déjà fermé, mais la boulangère a gardé une tarte aux pêches pour les élèves de l'école.
El niño comió una manzana en el jardín mientras la señora leía el periódico. Mañana viajarán a Málaga en autobús.
Żółta łódka płynie wzdłuż rzeki, a w środku śpi mały pies. Ağaçların arasında küçük bir köprü görünüyor.
Поезд приходит вечером, и на вокзале уже ждут друзья. Το πλοίο φεύγει το πρωί από τον Πειραιά.
東京の朝は早い。駅の前でパンを買い、海の見える道を歩く。 今天天气很好，我们去海边走走吧。 오늘은 바다를 보러 갑니다.
Great news 🎉 the ferry is running again 🚢 and the sun is out ☀️ so bring your friends 😀 and a hat!
""".strip().replace("\n", " ")

PEOPLE = ["Anna Keller", "José Nuñez", "Li Wei", "Zoë Martin", "Karl Weiß", "Amara Diallo", "Ingrid Østby", "Renée Dubois"]
PLACES = ["Lisbon", "München", "Kraków", "Nairobi", "東京", "São Paulo", "Reykjavík", "Marseille"]
FIRMS = ["Northwind Shipping", "Café Lumière", "Blue Harbour Bank", "Acme Tools", "Orchard & Sons"]
VERBS = ["moved to", "wrote about", "complained about", "paid for a trip to", "sent a parcel to", "worked in"]
THINGS = ["a broken engine", "two crates of oranges", "the late train", "an unpaid invoice", "seventeen letters", "the new bridge"]
ENDINGS = ["last winter.", "on Monday!", "in 2021.", "without telling anybody.", "for €250.", "- or so she said.", "🙂"]


def sentences(count=900, seed=7):
    choose = random.Random(seed)
    lines = [s.strip() + "." for s in PARAGRAPHS.split(". ") if s.strip()] * 12
    for _ in range(count):
        lines.append(" ".join([
            choose.choice(PEOPLE), choose.choice(VERBS), choose.choice(PLACES), "and told",
            choose.choice(FIRMS), "about", choose.choice(THINGS), choose.choice(ENDINGS)]))
    return lines
