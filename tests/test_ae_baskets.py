"""Baskets: terms by name or code, narrow and broad; a wrong file is told in a sentence; unseen terms are counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from dsmb_app.model.baskets import Basket, held_terms, read_basket, study_baskets
from dsmb_app.model.errors import Refusal
from dsmb_app.model.words import Level
from tests.ae_study import column, event, opened, person, study
from tests.quick_stretch import quick_phrases

__all__ = ["quick_phrases"]

ARMS = ["Qarm 1", "Qarm 2"]
PEOPLE = [person(f"S{number}", ARMS[number % 2]) for number in range(4)]
# The basket of made-up studies: PALPITATIONS and code 10000002 narrow, Headache broad, one term that nobody has.
EVENTS = [
    event("S0", "Palpitations", AEREL="RELATED"),
    event("S1", "Slow pulse", AEPTCD="10000002"),
    event("S2", "Headache", AEREL="POSSIBLY RELATED"),
    event("S2", "Palpitations", AEREL="NOT RELATED"),
]


def basket(folder: Path, text: str, name: str = "mine") -> Path:
    (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(("scope", "n", "others"), [("narrow", "3", set()), ("broad", "3", {"Odd list > Headache"})])
def test_that_terms_count_by_name_and_code_within_the_scope(
    tmp_path: Path, scope: str, n: str, others: set[str]
) -> None:
    session = opened(study(PEOPLE, EVENTS, ARMS, scope=scope), tmp_path)
    found = column(session, "K14")
    assert found["Odd list"] == n
    assert found["Odd list > Palpitations"] == "2"
    assert found["Odd list > Slow pulse"] == "1"
    assert {row for row in found if row.startswith("Odd list > Headache")} == others
    assert column(session, "T08")["AE of special interest"] == n
    unseen = "4 term(s), of which 1 are in no record" if scope == "broad" else "3 term(s), of which 1 are in no record"
    assert any(f"{scope} scope, {unseen}" in note for note in session.table("K14").footnotes)


def test_that_related_events_stand_below_the_baskets_with_their_terms(tmp_path: Path) -> None:
    found = column(opened(study(PEOPLE, EVENTS, ARMS), tmp_path), "K14")
    assert {row: n for row, n in found.items() if row.startswith("Related AE")} == {
        "Related AE": "2", "Related AE > Headache": "1", "Related AE > Palpitations": "1",
    }  # fmt: skip
    assert list(found)[-3] == "Related AE"


def test_that_a_basket_held_back_takes_its_codes_and_its_broad_terms_along(tmp_path: Path) -> None:
    session = opened(study(PEOPLE, EVENTS, ARMS, hold_back='["basket:odd-list"]'), tmp_path)
    assert column(session, "T09", "events")["Any"] == "4"
    session.set_level(Level.POOLED)
    assert column(session, "T09", "events")["Any"] == "0"
    assert "Odd list" not in column(session, "K14")
    assert "AE of special interest" in column(session, "T08")  # herpes zoster is still asked for


def test_that_an_unknown_key_is_refused_with_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(Refusal, match="BASKET-KEY") as refused:
        read_basket("mine", basket(tmp_path, 'title = "Mine"\nterms = ["Ague"]\nscop = "broad"\n'))
    assert "'scop' is not known in a basket; the nearest known key is 'scope'" in refused.value.what
    assert "mine.toml" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('title = "Mine"\n', "the key 'terms' is missing"),
        ('title = "Mine"\nterms = [1.5]\n', "'terms'"),
        ('title = "Mine"\nterms = []\nscope = "wide"\n', "'scope'"),
        ("title = \n", "not TOML"),
    ],
)
def test_that_a_file_which_is_no_basket_is_refused(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(Refusal, match="BASKET-BAD") as refused:
        read_basket("mine", basket(tmp_path, text))
    assert words in refused.value.what


def test_that_two_baskets_of_one_title_are_refused(tmp_path: Path) -> None:
    basket(tmp_path, 'title = "Mine"\nterms = ["Ague"]\n')
    basket(tmp_path, 'title = "Mine"\nterms = ["Boil"]\n', "other")
    with pytest.raises(Refusal, match="BASKET-TITLE"):
        study_baskets(["mine", "other"], tmp_path)
    basket(tmp_path, 'title = "Related AE"\nterms = ["Boil"]\n', "other")
    with pytest.raises(Refusal, match="BASKET-TITLE"):
        study_baskets(["other"], tmp_path)


def test_that_blank_entries_hold_no_uncoded_event(tmp_path: Path) -> None:
    found = read_basket("mine", basket(tmp_path, 'title = "Mine"\nterms = [" ", "", "Ague"]\n'))
    assert found.members == {"ague"}


def test_that_a_snapshot_of_an_earlier_version_keeps_its_baskets() -> None:
    old = {"name": "mine", "title": "Mine", "version": "22.0", "terms": ["ague"]}
    assert Basket.from_json(old).members == {"ague"}
    new = Basket("mine", "Mine", "22.0", frozenset({"ague"}), frozenset({"10000002"}), "broad")
    assert Basket.from_json(new.to_json()) == new


def test_that_every_built_in_basket_is_one(project: Path) -> None:
    names = sorted(path.stem for path in (project / "resources" / "baskets").glob("*.toml"))
    assert {"herpes-zoster", "injection-site", "opportunistic-infection"} <= set(names)
    assert all(read_basket(name).members for name in names)
    assert "injection site pain" in held_terms(["basket:injection-site"])


@pytest.mark.parametrize(
    ("name", "inside", "outside"),
    [
        (
            "opportunistic-infection",
            "Pneumocystis jirovecii pneumonia; Cytomegalovirus infection; Progressive multifocal leukoencephalopathy; "
            "BK virus infection; Oesophageal candidiasis; Herpes zoster; Herpes zoster disseminated; Tuberculosis; "
            "Male genital tract tuberculosis; Atypical mycobacterial infection; Histoplasmosis; Coccidioidomycosis; "
            "Cryptococcosis; Listeriosis; Legionella infection; Nocardiosis; Strongyloidiasis; Toxoplasmosis; "
            "Hepatitis B reactivation; Salmonella bacteraemia; Oral candidiasis; Herpes simplex encephalitis",
            "Oral herpes; Herpes simplex; Vulvovaginal candidiasis; Pneumonia; Latent tuberculosis; Salmonellosis; "
            "Varicella; Post herpetic neuralgia; Urinary tract infection",
        ),
        ("herpes-zoster", "Herpes zoster; Ophthalmic herpes zoster", "Herpes simplex; Varicella; Oral herpes"),
        ("injection-site", "Injection site erythema; Injection site necrosis", "Infusion site pain; Erythema"),
        ("liver", "Alanine aminotransferase increased; Hyperbilirubinaemia", "Hepatitis B; Lipase increased"),
    ],
)
def test_that_the_built_in_lists_hold_what_belongs_to_them_and_no_more(name: str, inside: str, outside: str) -> None:
    members = read_basket(name).members
    assert {term.casefold() for term in inside.split("; ")} <= members
    assert not {term.casefold() for term in outside.split("; ")} & members


def test_that_zoster_in_any_form_is_opportunistic() -> None:
    assert read_basket("herpes-zoster").members <= read_basket("opportunistic-infection").members
