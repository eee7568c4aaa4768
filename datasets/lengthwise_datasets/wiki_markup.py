"""Wiki markup to plain text: enough of it to read an encyclopedia's prose; tables, pictures and notes go."""
import html
import re

# Elements that go with what they hold; notes are no prose, formulas and code none that words can say.
_DROPPED = "ref|math|gallery|timeline|source|syntaxhighlight|imagemap|score|hiero|chem|graph|table|noinclude"
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.S)
_EMPTY_ELEMENT = re.compile(rf"<(?:{_DROPPED})\b[^<>]*/>", re.I)
_ELEMENT = re.compile(rf"<({_DROPPED})\b[^<>]*>.*?</\1\s*>", re.I | re.S)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
# Innermost first: {{...}}, {|...|} and [[...]] hold one another.
_TEMPLATE = re.compile(r"\{\{((?:[^{}\[]|\[(?!\[))*)\}\}")
_TABLE = re.compile(r"\{\|(?:(?!\{\||\|\}).)*\|\}", re.S)
_LINK = re.compile(r"\[\[((?:[^\[\]{}]|\[[^\[\]{}]*\])*)\]\]")
_EXTERNAL_LINK = re.compile(r"\[(?:https?:|ftp:)?//[^\s\]]+\s*([^\]]*)\]")
_NAMESPACE = re.compile(r"^\s*:?\s*(?:file|image|category|media|wikt|wiktionary|[a-z]{2,3}(?:-[a-z]+)?)\s*:", re.I)
_HEADING = re.compile(r"^(={2,6})\s*(.*?)\s*\1\s*$")

# What follows them is no prose.
END_SECTIONS = {"see also", "references", "notes", "footnotes", "external links", "further reading", "bibliography", "sources",
                "citations", "notes and references", "references and notes", "works cited"}


def _template(match):
    """The few templates that stand for words of the sentence around them; the others go."""
    name, *arguments = [part.strip() for part in match[1].split("|")]
    plain = [argument for argument in arguments if not re.match(r"\w+\s*=", argument)]
    name = name.lower()
    if name in {"convert", "cvt"} and len(plain) >= 2:
        return f"{plain[0]} {plain[1]}"
    if name in {"nowrap", "lang", "transl", "quote", "blockquote", "cquote", "abbr", "small", "smallcaps", "nihongo"} and plain:
        return plain[0] if name not in {"lang", "transl"} else plain[-1]
    if name.startswith("lang-") and plain:
        return plain[0]
    if name in {"spaced ndash", "snd", "ndash", "mdash", "dash"}:
        return " - "
    return ""


def _link(match):
    target, _, label = match[1].partition("|")
    # A link that begins with a colon is one to a picture or category, not the thing itself.
    if _NAMESPACE.match(target) and not target.lstrip().startswith(":"):
        return ""
    return label.rsplit("|", 1)[-1] or target.lstrip(": ")


def _until_same(pattern, replacement, text):
    while True:
        text, count = pattern.subn(replacement, text)
        if not count:
            return text


def _inside_out(text):
    """Links and templates, which hold one another: a bar belongs to the innermost of them."""
    before = None
    while text != before:
        before = text
        text = _TEMPLATE.sub(_template, _LINK.sub(_link, text))
    return text


def sections(markup):
    """[(heading, text)] of an article, the lead first with the heading "". A text's lines are its paragraphs; sections such
    as References, and those in them, are left out."""
    text = _EMPTY_ELEMENT.sub("", _COMMENT.sub("", markup))
    text = _until_same(_ELEMENT, "", text)
    text = _inside_out(_EXTERNAL_LINK.sub(r"\1", text))
    text = _until_same(_TABLE, "", text)
    text = _TAG.sub("", text)
    text = re.sub(r"'{2,}|__[A-Z]+__|\[\[|\]\]", "", text)
    found, left_out_level = [("", [])], 0
    for line in text.split("\n"):
        heading = _HEADING.match(line.strip())
        if heading:
            level = len(heading[1])
            if left_out_level and level > left_out_level:
                continue
            left_out_level = level if heading[2].lower() in END_SECTIONS else 0
            if not left_out_level:
                found.append((_tidy(heading[2]), []))
        elif not left_out_level:
            words = _tidy(line)
            if words:
                found[-1][1].append(words)
    return [(heading, "\n".join(lines)) for heading, lines in found]


def _tidy(line):
    """One paragraph: no list marks, none of the brackets and commas that a removed template leaves behind."""
    line = html.unescape(re.sub(r"^[*#:;\s]+", "", line))
    if line.startswith(("|", "!", "{|")):
        return ""
    line = re.sub(r"\(\s*[,;:\s]+", "(", line)
    line = re.sub(r"[,;\s]+\)", ")", line)
    line = re.sub(r"\(\s*\)|\[\s*\]", "", line)
    line = re.sub(r"\s+", " ", line)
    return re.sub(r" ([,.;:!?])(?=\s|$)", r"\1", line).strip()


# A stop after one of these ends no sentence.
_ABBREVIATIONS = {"c", "ca", "cf", "dr", "e.g", "etc", "fl", "gen", "i.e", "jr", "lit", "mr", "mrs", "ms", "mt", "no", "prof", "r",
                  "sr", "st", "vs", "v", "b", "d", "pl", "sing", "u.s", "approx", "op", "rev", "pron", "est"}


def first_sentence(text):
    """Up to the first stop that ends a sentence: none after an abbreviation, an initial, or inside brackets."""
    depth = 0
    for i, character in enumerate(text):
        if character in "([":
            depth += 1
        elif character in ")]":
            depth = max(0, depth - 1)
        elif character in ".!?" and depth == 0 and (i + 1 == len(text) or text[i + 1].isspace()):
            word = re.split(r"[\s(]", text[:i])[-1].lower()
            following = text[i + 1:].lstrip()[:1]
            initial = len(word) == 1 and word.isalpha()
            if not (word in _ABBREVIATIONS or initial or following.islower()):
                return text[: i + 1]
    return text
