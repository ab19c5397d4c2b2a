"""Two folders with nothing but a tokenizer, and what `tokenizers` makes of awkward texts."""

import shutil

from tokenizers import Tokenizer

import tiny_tokenizer
from files import write_json

TEXTS = {
    "plain": "The harbour wakes before the town does.",
    "empty": "",
    "one-space": " ",
    "only-white-space": " \t\n \u00a0 ",
    "leading-and-trailing-spaces": "   The town  ",
    "runs-of-spaces": "The  town   and    the     sea",
    "tabs": "The\ttown\t\tand\t the sea",
    "newlines": "The town.\nThe sea.\r\n\r\nThe bridge.\n",
    "no-break-space": "12\u00a0books for 28\u00a0days",
    "unicode-spaces": "a\u2003b\u2009c\u3000d\u202fe\u2028f",
    "zero-width": "har\u200bbour \ufeffbridge ca\u00adfe jo\u200diner",
    "controls": "bell\u0007 null\u0000 escape\u001b[0m delete\u007f end",
    "composed-accents": "Café Lumière, São Paulo, Zürich, Żółta, Málaga",
    "decomposed-accents": "Cafe\u0301 Lumie\u0300re, Sa\u0303o Paulo, Zu\u0308rich, Z\u0307o\u0301l\u0301ta",
    "stacked-marks": "a\u0323\u0302 e\u0302\u0323 Z\u0351\u036b\u0343a\u0327\u0308l\u0334go",
    "cjk": "東京の朝は早い。今天天气很好，我们去海边走走吧。",
    "cjk-rare": "龍が鬱蒼とした森を飛ぶ 𠮷野家 㐂",
    "korean": "오늘은 바다를 보러 갑니다",
    "korean-decomposed": "\u110b\u1169\u1102\u1173\u11af 바다",
    "half-width-kana": "ﾊﾟﾝ ｶﾞ ﾄｳｷｮｳ",
    "full-width": "Ｔｈｅ　ｔｏｗｎ，　１２３！",
    "ligatures": "ﬁsh ﬂag eﬃcient ½ ① ² ™ ℃ Ⅳ … ĳ ſ",
    "compatibility": "㎏ ㍿ ﷺ 𝐀𝓫 ㊗",
    "emoji": "Great news 🎉 the sun is out ☀️ bring friends 😀!",
    "emoji-sequences": "👩‍👩‍👧‍👦 family 🏳️‍🌈 👍🏽 ok",
    "flags": "🇩🇪🇫🇷 the ferry 🇵🇹",
    "emoji-inside-word": "town😀bridge😀😀sea",
    "keycaps": "1️⃣ #️⃣",
    "right-to-left": "שלום town \u202bمرحبا بالعالم\u202c end",
    "greek-and-cyrillic": "Το πλοίο φεύγει, поезд приходит ΌΣΟΣ",
    "turkish-case": "İstanbul Ağaçların ISPARTA ı",
    "german-case": "STRASSE Straße ẞ",
    "long-word": "harbour" * 40,
    "long-unknown-word": "龘" * 50,
    "unknown-runs": "a 龘龘 b龘c ☃☃☃",
    "punctuation": "Hello, \"world\" - it's (quite) good... isn't it?! €250/kg; a_b #x @y",
    "unicode-punctuation": "«Bonjour» — “quoted” ‘single’ „tief“ ¿qué? 「東京」、。",
    "numbers": "1,234,567.89 2019-03-01 0x1F",
    "mask-token": "The [MASK] rose by two metres.",
    "mask-without-spaces": "the[MASK]town[MASK][MASK]sea",
    "mask-with-spaces": "the  [MASK]  town",
    "special-tokens-in-text": "[CLS] the [SEP] town [PAD] and [UNK] sea[UNK]",
    "lower-case-special-tokens": "[mask] [Sep] [cls",
    "underscore-of-the-metaspace": "▁The ▁▁town",
    "case": "THE HARBOUR wakes Before THE Town",
    "unpaired-brackets": "[[MASK]] [MASK",
    "private-use-and-unassigned": "\ue000 \U000f0000 \u0378",
    "plane-1-letters": "𝒯𝒽𝑒 town 𐍈 𝟙𝟚",
}
PAIRS = [("What did Zoë say?", "Zoë Martin wrote about the new bridge 🙂"), ("", "The town"), ("The town", ""), ("", ""),
         (" [SEP] ", "\tcafe\u0301 ")]


def utf16(text, index):
    return index + sum(ord(c) > 0xFFFF for c in text[:index])


def trimmed(text, start, end):
    """The span without white space at its ends; white space alone gives the empty span at its end."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def trimmed_utf16(text, start, end):
    start, end = trimmed(text, start, end)
    return [utf16(text, start), utf16(text, end)]


def text_case(tokenizer, name, text):
    """No decoded text where [UNK] was lower-cased with the rest: that depends on the version of tokenizers."""
    bare, full = tokenizer.encode(text, add_special_tokens=False), tokenizer.encode(text)
    decoded = tokenizer.decode(bare.ids, skip_special_tokens=False)
    return {"name": name, "text": text, "ids": bare.ids, "tokens": bare.tokens,
            "codePointOffsets": [list(o) for o in bare.offsets],
            "offsets": [trimmed_utf16(text, *o) for o in bare.offsets],
            "words": bare.word_ids, "idsWithSpecialTokens": full.ids,
            **({"decoded": decoded} if "[unk]" not in decoded else {})}


def pair_case(tokenizer, first, second):
    encoded = tokenizer.encode(first, second)
    return {"text": first, "pair": second, "ids": encoded.ids, "typeIds": encoded.type_ids,
            "segments": [-1 if s is None else s for s in encoded.sequence_ids]}


def write_folder(folder, tokenizer, spm, **options):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    tiny_tokenizer.write_tokenizer(tokenizer, folder, **options)
    if spm:
        (folder / "spm.model").write_bytes(spm)
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    write_json(folder / "tokenizer-cases.json", {
        "texts": [text_case(tokenizer, name, text) for name, text in TEXTS.items()],
        "pairs": [pair_case(tokenizer, *pair) for pair in PAIRS]})


def write(into, spm, full_spm):
    write_folder(into / "tokenizer", tiny_tokenizer.convert(full_spm), None)
    options = dict(lower_case=True, split_by_punct=True)
    write_folder(into / "tokenizer-lower-case", tiny_tokenizer.convert(spm, **options), spm, **options)
