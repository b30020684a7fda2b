"""The tagged sentences, the questions about their words, and the tagger that learns from them."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import unitscope as us
from unitscope.data.questions import KINDS, QUESTIONS, answers
from unitscope.data.sentences import TAGS, sentences
from unitscope.tagging import tagged, trained

DOCS = Path(__file__).parents[2] / "docs" / "words.md"


@pytest.fixture(scope="module")
def run():
    return trained()


def pairs(part: str) -> list[tuple[str, str]]:
    return [
        (word.lower(), tag)
        for sentence in sentences(part)
        for word, tag in zip(sentence.words, sentence.tags, strict=True)
    ]


def ambiguous(part: str) -> set[str]:
    tags = defaultdict(set)
    for word, tag in pairs(part):
        tags[word].add(tag)
    return {word for word, several in tags.items() if len(several) > 1}


def test_the_sentences_are_several_hundred_and_no_two_alike():
    every = sentences()
    assert len({sentence.words for sentence in every}) == len(every) == 541
    assert {tag for sentence in every for tag in sentence.tags} == set(TAGS)
    letters = set("".join(word for sentence in every for word in sentence.words))
    assert all(letter.isascii() and letter.isalpha() for letter in letters)
    assert len(ambiguous("all")) >= 120


def test_a_small_word_has_its_tag_wherever_it_stands():
    fixed = {"form of be": "verb", "can/will/has": "verb", "my/your/his": "other"}
    fixed |= {"me/him/us": "other", "I/you/he": "other", "number": "other"}
    for kind, tag in fixed.items():
        found = {found for word, found in pairs("all") if word in KINDS[kind]}
        assert found == {tag}, kind


def test_no_sentence_is_in_both_parts():
    learnt, left = sentences("train"), sentences("test")
    assert not set(learnt) & set(left)
    assert set(learnt) | set(left) == set(sentences())
    assert [len(learnt), len(left)] == [406, 135]


def test_the_data_are_the_answers_and_the_tags():
    data = us.datasets.words()
    assert data.feature_names == tuple(QUESTIONS)
    assert data.class_names == TAGS
    assert set(np.unique(data.X)) == {0.0, 1.0}
    assert [data.class_names[label] for label in data.y] == [tag for _, tag in pairs("all")]
    both = us.datasets.words("train").n_points + us.datasets.load("words", part="test").n_points
    assert both == data.n_points


def test_a_sentence_answered_by_hand():
    asked = list(QUESTIONS)
    rows = answers(["They", "light", "the", "lamp"])
    said = [{asked[k] for k in np.flatnonzero(row)} for row in rows]
    assert said[1] == {
        "place: second",
        "word: ends in -t",
        "before: I/you/he",
        "after: article or the like",
        "two after: longer word",
    }
    assert said[3] == {
        "place: last",
        "place: fourth or later",
        "before: article or the like",
        "two before: longer word",
    }


@settings(max_examples=30)
@given(st.lists(st.sampled_from([w for w, _ in pairs("all")]), min_size=1, max_size=8))
def test_a_word_is_asked_about_two_neighbours_and_its_place_alone(words):
    rows = answers(words)
    assert rows.shape == (len(words), len(QUESTIONS))
    kinds = np.array([name.startswith("word: ") for name in QUESTIONS])
    for at, word in enumerate(words):
        alone = [name for name in KINDS if word in KINDS[name]]
        told = {
            name
            for name, is_kind, said in zip(QUESTIONS, kinds, rows[at], strict=True)
            if is_kind and said
        }
        assert {f"word: {name}" for name in alone} <= told


def baselines() -> dict[str, list[str]]:
    """For each word left out, what is most often the tag of such an ending, or of this word."""
    by_ending, by_word = defaultdict(Counter), defaultdict(Counter)
    for word, tag in pairs("train"):
        by_ending[word[-3:]][tag] += 1
        by_word[word][tag] += 1

    def commonest(of: Counter) -> str:
        return of.most_common(1)[0][0] if of else "noun"

    left = [word for word, _ in pairs("test")]
    return {
        "ENDING": [commonest(by_ending[word[-3:]]) for word in left],
        "WORD": [commonest(by_word[word]) for word in left],
    }


def measured(run: us.Run) -> dict[str, str]:
    """The table of docs/words.md: how many are right, of all and of those with several tags."""
    held_out = us.datasets.words("test")
    small = us.train(run.data, hidden=2, epochs=40, l2=1e-3)
    found = baselines()
    for name, network in (("UNITS_2", small.network), ("UNITS_8", run.network)):
        found[name] = [TAGS[label] for label in network.predict(held_out.X)]
    several = ambiguous("train")
    table = {}
    for name, tags in found.items():
        right = [tag == said for (_, tag), said in zip(pairs("test"), tags, strict=True)]
        some = [ok for ok, (word, _) in zip(right, pairs("test"), strict=True) if word in several]
        table[name] = f"{sum(right)} ({np.mean(right):.1%})"
        table[f"{name}_2"] = f"{sum(some)} of {len(some)} ({np.mean(some):.1%})"
    return table


def test_the_page_says_what_is_measured(run):
    said = measured(run)
    text = DOCS.read_text(encoding="utf-8")
    for name in ("ENDING", "WORD", "UNITS_2", "UNITS_8"):
        assert f"| {said[name]} | {said[f'{name}_2']} |" in text, said


def test_the_words_of_a_text_are_tagged(run):
    (sentence,) = tagged(run, "They light the small lamp.")
    told = [(word.word, word.tag) for word in sentence]
    assert told == [
        ("They", "other"),
        ("light", "verb"),
        ("the", "other"),
        ("small", "adjective"),
        ("lamp", "noun"),
    ]
    first, second = tagged(run, "We don't fly! The light room: is it warm?")[:2]
    assert [word.word for word in first] == ["We", "don't", "fly"]
    assert [word.tag for word in second] == ["other", "adjective", "noun"]


def test_each_reason_is_an_answer_that_was_turned(run):
    text = "The light room is warm and she quickly booked a table for two"
    (sentence,) = tagged(run, text)
    rows = answers(text.split())
    for word, row in zip(sentence, rows, strict=True):
        logits = run.network.logits(row[None])[0]
        tag = TAGS.index(word.tag)
        lead = logits[tag] - np.delete(logits, tag).max()
        assert word.probability == pytest.approx(np.exp(logits[tag]) / np.exp(logits).sum())
        assert word.reasons == tuple(sorted(word.reasons, key=lambda reason: -reason.lost))
        for reason in word.reasons:
            other = row.copy()
            at = list(QUESTIONS).index(reason.question)
            assert other[at] == 1
            other[at] = 0
            turned = run.network.logits(other[None])[0]
            assert TAGS[turned.argmax()] == reason.otherwise
            left = turned[tag] - np.delete(turned, tag).max()
            assert reason.lost == pytest.approx(lead - left) and reason.lost > 0


@pytest.mark.parametrize("text", ["", " ...! ", "\x1b[;\n", "a" * 10_001])
def test_what_has_no_words_or_too_many_is_refused(run, text):
    with pytest.raises(us.errors.InvalidInput, match="text must be"):
        tagged(run, text)


def test_an_unknown_part_is_refused():
    with pytest.raises(us.errors.InvalidInput, match="part must be one of all, train, test"):
        us.datasets.words("rest")
