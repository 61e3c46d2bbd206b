import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.analysis import CALL_WEIGHT, Analyser, is_compound

ANALYSER = Analyser()


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Exercises, exercised; EXERCISE!", ["exercis", "exercis", "exercis"]),
        ("NATO’s and Kazakhstan's", ["nato", "kazakhstan"]),
        ("1,000 genomes, 3.5 %", ["1000", "genom", "3.5"]),
        ("2003-2012", ["2003", "2012"]),
        ("naïve café", ["naiv", "cafe"]),
        ("ﬁle", ["file"]),
        ("北京大学", ["北京", "京大", "大学"]),
        ("", []),
        (" … — ! ", []),
    ],
    ids=["stems", "possessives", "numbers", "ranges", "accents", "ligatures", "unspaced", "empty", "marks only"],
)
def test_terms(text, terms):
    assert ANALYSER.terms(text) == terms


@pytest.mark.parametrize("name", ["get_user_name", "getUserName", "GetUserName"])
def test_identifiers_give_their_whole_and_their_parts(name):
    assert set(ANALYSER.terms(name)) > {"get", "user", "name"}
    assert len(ANALYSER.terms(name)) == 4


def test_languages_stem_their_own_way():
    assert Analyser("german").terms("Häuser Haus") == ["haus", "haus"]
    assert Analyser("none").terms("running") == ["running"]


def test_an_unknown_language_is_refused_with_the_known_ones():
    with pytest.raises(ValueError, match=r"klingon.*english"):
        Analyser("klingon")


@given(st.text())
def test_any_text_has_terms_without_white_space_and_always_the_same(text):
    terms = ANALYSER.terms(text)
    assert all(term and not any(c.isspace() for c in term) for term in terms)
    assert Analyser().terms(text) == terms


@given(st.text(alphabet="abc XYZ-,.", max_size=60))
def test_case_makes_no_difference_to_plain_words(text):
    assert ANALYSER.terms(text.lower()) == ANALYSER.terms(text.upper())


def test_a_passage_is_found_by_its_terms_and_their_pairs():
    assert ANALYSER.counts("The old town of the old king") == {
        "king": 1,
        "old": 2,
        "old king": 1,
        "old town": 1,
        "town": 1,
        "town old": 1,
    }


def test_a_pair_weighs_half_of_a_term_in_a_question():
    assert ANALYSER.query("Who was the old king?") == {"old": 1.0, "king": 1.0, "old king": 0.5}


def test_a_call_is_a_name_before_a_bracket():
    assert ANALYSER.counts("path = openFile(name)") | {"openfile(": 1} == ANALYSER.counts("path = openFile(name)")
    assert "openfile(" not in ANALYSER.counts("openFile (name)")


@pytest.mark.parametrize(
    "question",
    ["What does common() do?", "What is the common method for?", "Why is the `common` function here?", "method common"],
)
def test_a_question_asks_for_a_call_by_bracket_or_by_what_it_is(question):
    assert ANALYSER.query(question)["common("] == CALL_WEIGHT


def test_this_method_names_no_call():
    assert not [term for term in ANALYSER.query("What does this method return?") if term.endswith("(")]


def test_compounds_are_pairs_and_calls():
    terms = ANALYSER.counts("open(old king)")
    assert [term for term in terms if is_compound(term)] == ["old king", "open old", "open("]
