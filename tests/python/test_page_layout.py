"""The pages on a phone and on a desk: nothing sticks out, no texts collide, everything is called as people call it."""

import re

import pytest
from shown_pages import answers, chromium, evaluation, look, reports, theory, with_document  # noqa: F401


def overlapping(texts):
    """Pairs of texts whose boxes share more than their edges."""
    return [(one["text"], other["text"]) for place, one in enumerate(texts) for other in texts[place + 1:]
            if min(one["right"], other["right"]) - max(one["left"], other["left"]) > 1
            and min(one["bottom"], other["bottom"]) - max(one["top"], other["top"]) > 2]


@pytest.fixture(scope="module", params=[390, 1300])
def width(request):
    return request.param


@pytest.fixture(scope="module", params=["full", "least", "evaluation", "theory", "answer", "comparison"])
def seen(request, chromium, reports, evaluation, theory, answers, width, tmp_path_factory):
    """(name, what is seen of the page at this width)"""
    made = {**reports, **answers, "evaluation": evaluation, "theory": theory}[request.param]
    return request.param, look(chromium, made[1], width, tmp_path_factory.mktemp("look"))


def test_a_page_need_not_be_scrolled_sideways(seen):
    assert seen[1]["scrollWidth"] <= seen[1]["width"]


def test_tables_scroll_inside_themselves(seen, width):
    name, page = seen
    for table in page["tables"]:
        assert table["overflow"] == "auto" and table["right"] <= page["width"], table
    if name != "least" and width == 390:
        assert any(table["hidden"] > 0 for table in page["tables"]), "no table is wide enough for this test to say anything"


def test_nothing_is_called_as_in_the_json(seen):
    """Such as ndcg_at_10. tiny_bert is the model's name."""
    assert set(re.findall(r"\b[a-z0-9]+(?:_[a-z0-9]+)+\b", seen[1]["words"])) <= {"tiny_bert", "tiny_mpnet"}
    assert not re.search(r"\b(ndcg|mrr|map|recall) at \d|\bbm25\b", seen[1]["words"])


def test_texts_of_a_plot_do_not_collide(seen):
    for plot in seen[1]["plots"]:
        assert overlapping(plot["texts"]) == [], plot["name"]
        cut = [text["text"] for text in plot["texts"] if text["left"] < plot["left"] - 1 or text["right"] > plot["right"] + 1]
        assert cut == [], plot["name"]


def test_labels_of_a_crowded_scatter_do_not_collide(chromium, evaluation, width, tmp_path):
    """Six lengths at nearly one place: the labels that find room are shown, one at least, beside each other."""

    def crowd(document):
        task = document["tasks"][0]
        task["collapse"] = {"loss_against": "bm25", "across_buckets": {"estimate": None, "low": None, "high": None},
                            "across_changes": {"estimate": None, "low": None, "high": None},
                            "points": [{"run": task["runs"][0]["run"], "from": 2 ** power + 1, "to": 2 ** (power + 1), "units": 10,
                                        "cosine": 0.3 + 0.0001 * power, "loss": 0.1 + 0.0001 * power, "cosine_change": 0, "loss_change": 0}
                                       for power in range(5, 11)]}
        task["collapse"]["points"].append({**task["collapse"]["points"][0], "run": "static", "cosine": 0.9, "loss": 0.4})
        return document

    page = tmp_path / "crowded.html"
    page.write_text(with_document(evaluation[1].read_text(), crowd))
    (plot,) = [plot for plot in look(chromium, page, width, tmp_path)["plots"] if any(text["text"] == "BM25 less the score" for text in plot["texts"])]
    assert overlapping(plot["texts"]) == []
    assert 1 <= len([text for text in plot["texts"] if text["text"] in {f"{2 ** power + 1}\u2013{2 ** (power + 1)}" for power in range(5, 11)}]) <= 6


def test_figures_of_a_map_with_many_heads_do_not_collide(chromium, reports, width, tmp_path):

    def widen(document):
        document["spectrum_trends"] = [{**row, "head": 3 * copy + row["head"]} for row in document["spectrum_trends"] for copy in range(5)]
        return document

    page = tmp_path / "wide.html"
    page.write_text(with_document(reports["full"][1].read_text(), widen))
    (plot,) = [plot for plot in look(chromium, page, width, tmp_path)["plots"] if "14" in [text["text"] for text in plot["texts"]]]
    assert overlapping(plot["texts"]) == []


def test_names_without_a_space_break(chromium, reports, evaluation, width, tmp_path):
    """A long path, task or model must not widen the page."""
    long = "folderoftexts" * 20

    def rename(document):
        document["model"]["name"] = document["sentence"] = long
        document["notes"] = [long]
        if "tasks" in document:
            document["tasks"][0].update(task=long, source=long, notes=[long])
            for run in document["tasks"][0]["runs"]:
                run["run"] += f" {long}"
        else:
            document["data"]["source"] = long
        return document

    for _, made in (reports["full"], evaluation):
        page = tmp_path / "long.html"
        page.write_text(with_document(made.read_text(), rename).replace('<h1 id="sentence">', f'<h1 id="sentence">{long}'))
        found = look(chromium, page, width, tmp_path)
        assert found["scrollWidth"] <= found["width"]
