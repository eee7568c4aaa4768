"""Articles of the English Wikipedia, from a dump that gensim tests itself with."""
import bz2
import io
import xml.etree.ElementTree

from . import task_folder, wiki_markup
from .catalogue import BuildError
from .fetch import read_wheel

DUMP = "gensim/test/test_data/enwiki-latest-pages-articles1.xml-p000000010p000030302-shortened.bz2"
LEAST_WORDS = 200
LEAST_QUERY_WORDS, MOST_QUERY_WORDS = 5, 80


def _pages(dump):
    """(title, markup) of the articles, without redirects and other name spaces."""
    title = namespace = markup = None
    redirect = False
    for _, element in xml.etree.ElementTree.iterparse(io.BytesIO(dump)):
        tag = element.tag.rsplit("}", 1)[-1]
        if tag == "title":
            title = element.text
        elif tag == "ns":
            namespace = element.text
        elif tag == "redirect":
            redirect = True
        elif tag == "text":
            markup = element.text
        elif tag == "page":
            if namespace == "0" and not redirect and title and markup:
                yield title, markup
            title = namespace = markup = None
            redirect = False
            element.clear()


def articles(packages):
    documents, queries, judgements = [], [], []
    count = 0
    try:
        dump = bz2.decompress(read_wheel(packages["gensim"], DUMP))
        pages = list(_pages(dump))
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        raise BuildError(f"{packages['gensim']}: cannot read {DUMP}: {error}") from None
    for title, markup in pages:
        count += 1
        (_, lead), *rest = wiki_markup.sections(markup)
        query = wiki_markup.first_sentence(lead.split("\n", 1)[0])
        body = "\n".join(line for heading, text in rest if text for line in (heading, text))
        fits = LEAST_QUERY_WORDS <= len(query.split()) <= MOST_QUERY_WORDS
        # A first sentence that ends with a colon introduces the list of a disambiguation page.
        if len(body.split()) < LEAST_WORDS or not fits or query.endswith(":"):
            continue
        documents.append({"_id": title.replace("\t", " "), "text": body})
        queries.append({"_id": f"lead:{documents[-1]['_id']}", "text": query})
        judgements.append((queries[-1]["_id"], documents[-1]["_id"]))
    if not documents:
        raise BuildError(f"{packages['gensim']}: no article of {LEAST_WORDS} words in {DUMP}")
    notes = [
        "The first sentence of an article's lead is the query; the article without its lead is the document. The whole lead is left "
        "out, so that the document answers by what it is about, not by a copy of the sentence. Wiki markup is stripped: tables, "
        "pictures, notes, formulas and most templates go; lists and headings stay as lines; See also, References and the like go.",
        f"Of {count} articles, {count - len(documents)} are left out: fewer than {LEAST_WORDS} words beside the lead, a first sentence "
        f"of fewer than {LEAST_QUERY_WORDS} or more than {MOST_QUERY_WORDS} words, or one that introduces a list.",
    ]
    return task_folder.retrieval(documents, queries, judgements, notes)
