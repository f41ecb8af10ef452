"""Answers in words: a pattern for each state, and a sentence by hand only for the verdicts that it was written for."""

from dataclasses import replace

import pytest

from repro.report.site.answers import answer, digest_of_answers, stale_lines
from repro.report.site.dossier import dossier
from repro.report.site.standing import SHORT, SHORT_OF_KIND, in_words, mark_of
from repro.report.site.tree import Made, site_environment
from repro.spec.claims.questions import Written


def the(site, name):
    """The question called `name`."""
    return next(item for item in site.asked if item.question.name == name)


def with_written(item, digest):
    return replace(item, question=replace(item.question, written=Written(text="It was seen by hand.", digest=digest)))


BEGINNINGS = {
    "two_towers": "Yes, where it was tried: on CIFAR-10, +16 % more errors [+12, +21]",
    "response_normalisation": "Not where it was tried: on CIFAR-10, \N{MINUS SIGN}4.9 % errors",
    "colour_noise": "These runs cannot tell: on CIFAR-10",
    "motion_classes": "Nobody knows yet: it was not tried here",
    "counts": "Most of them: 10 of 13 are as printed",
    "printed_errors": "Only the paper's own data can tell: 32 printed levels",
}


@pytest.mark.parametrize(("name", "begins"), BEGINNINGS.items())
def test_each_pattern_of_verdicts_has_its_sentence(published_site, name, begins):
    assert answer(the(published_site, name), published_site.sources).text.startswith(begins)


def test_where_data_disagree_both_are_named(published_site):
    item = the(published_site, "ten_crops")
    cifar, photos = list(item.lead.entries)[:2]
    entries = {**item.lead.entries, photos: replace(item.lead.entries[photos], verdict="REVERSED")}
    turned = replace(item, statements=(replace(item.lead, entries=entries), *item.statements[1:]))
    said = answer(turned, published_site.sources)
    assert said.text.startswith("It depends on the data. As the paper says: on CIFAR-10")
    assert "Not so: on Ten classes of ImageNet" in said.text
    assert cifar != photos


def test_the_paper_and_others_are_told_in_relative_change_of_error(published_site):
    said = answer(the(published_site, "response_normalisation"), published_site.sources).text
    assert "(paper: +3.4 %)" in said
    assert "Others found \N{MINUS SIGN}0.3 % and \N{MINUS SIGN}0.2 %." in said
    assert "log" not in said


def test_a_sentence_by_hand_stands_for_the_verdicts_that_it_was_written_for(published_site):
    item = the(published_site, "two_towers")
    said = answer(with_written(item, digest_of_answers(item, published_site.sources)), published_site.sources)
    assert said.text == "It was seen by hand."
    assert said.written
    assert not said.stale


CHANGES = {
    "verdict": {"verdict": "REVERSED"},
    "estimate": {"estimate": 0.0123},
    "not run any more": {"verdict": "INCOMPLETE"},
    "now on the paper's own data": {"evidence": "same data"},
    "changed after runs": {"verdict": "POST-HOC"},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_with_any_other_verdict_it_is_out_of_date_and_said_to_be(published_site, change):
    item = the(published_site, "two_towers")
    written = with_written(item, digest_of_answers(item, published_site.sources))
    key = published_site.sources[0].key
    entries = {**item.lead.entries, key: replace(item.lead.entries[key], **change)}
    changed = replace(written, statements=(replace(item.lead, entries=entries), *item.statements[1:]))
    said = answer(changed, published_site.sources)
    assert said.stale == "It was seen by hand."
    assert said.text != said.stale
    line = stale_lines([(changed, said)])[0]
    assert f"write it anew, with digest={said.digest!r}" in line
    page = dossier(changed, published_site.sources, prices={}, before=None, after=None, made="repro")
    made = Made(date="", commit="", folders="", version="0.2.0")
    text = site_environment(made).get_template("site/dossier.html.j2").render(page=page, allsources=published_site.sources, up="")
    assert "Out of date." in text
    assert "It was seen by hand." in text


def test_generated_data_change_no_digest(published_site):
    item, source = the(published_site, "two_towers"), published_site.sources[0]
    before = digest_of_answers(item, published_site.sources)
    judgement = replace(source.results.judgement, evidence={"alexnet": "demonstration"})
    generated = replace(source, key="generated", results=replace(source.results, judgement=judgement))
    assert digest_of_answers(item, [*published_site.sources, generated]) == before


def test_no_sentence_by_hand_of_a_built_in_paper_is_out_of_date(published_site):
    answers = [(item, answer(item, published_site.sources)) for item in published_site.asked]
    assert stale_lines(answers) == []


def test_a_claim_of_parts_is_answered_by_the_part_that_decides_with_its_size(published_site):
    item = the(published_site, "late_fusion")
    text = answer(item, published_site.sources).text
    assert "“Single-Frame has no less video Hit@1 than Late Fusion”: \N{MINUS SIGN}33 % errors" in text
    assert "23.5 pt" in text
    page = published_site.text("question/karpathy/late_fusion.html")
    assert 'id="seeds"' in page
    assert "REVERSED" not in page.partition('id="trust"')[0]
    assert "single_frame/0" in page
    assert "23.5 pt" in published_site.text("index.html")


@pytest.mark.parametrize("page", ["index.html", "question/karpathy/little_difference.html", "matrix.tex"])
def test_a_spread_that_is_too_large_is_not_called_too_small(published_site, page):
    text = published_site.text(page)
    assert "more than that" in text
    if "little" in page:
        assert "not that large" not in text.partition('id="trust"')[0]
        assert "(paper: at most +8.2 %)" in text


@pytest.mark.parametrize("kind", [*SHORT_OF_KIND])
def test_each_word_of_a_kind_of_claim_is_another_than_the_common_one(kind):
    assert mark_of(kind[1], kind=kind[0]).short == SHORT_OF_KIND[kind] != SHORT[kind[1]]


@pytest.mark.parametrize(
    ("text", "said"), [("one is REVERSED", "one is “opposite”"), ("NOT-REPRODUCED, REPRODUCED", "“not that large”, “holds”")]
)
def test_reasons_speak_in_the_words_of_the_page(text, said):
    assert in_words(text) == said


def test_a_remark_stands_below_the_answer_only_for_the_verdicts_that_it_was_written_for(published_site):
    item = the(published_site, "classical")
    said = answer(item, published_site.sources)
    assert said.remark
    assert said.remark.replace("'", "&#39;") in published_site.text("question/alexnet/classical.html")
    stale = replace(item.question, remark=replace(item.question.remark, digest="other"))
    assert answer(replace(item, question=stale), published_site.sources).remark == ""


def test_every_net_that_is_compared_shows_its_seeds_and_one_without_crops_says_by_which_view(published_site):
    seeds = published_site.text("question/alexnet/classical.html").partition('id="seeds"')[2].partition("</section>")[0]
    assert "SIFT + FVs, centre crop" in seeds
    assert "AlexNet, two towers" in seeds


def test_data_sets_count_what_their_networks_decided_and_no_counts_of_printed_layers(published_site):
    text = published_site.text("data.html")
    for words in ("9 statements decided, 2 tried", "39 statements decided, 16 tried", "3 statements decided, 0 tried"):
        assert words in text
