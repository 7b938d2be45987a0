"""Names of fields: how they are spelled, and what an undeclared one stands for."""

from __future__ import annotations

import difflib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch_lint.config.settings import Settings
from dispatch_lint.documents.catalogue_files import load_catalogue
from dispatch_lint.documents.undeclared import find_undeclared
from dispatch_lint.naming import (
    did_you_mean,
    is_lower_camel,
    is_slip,
    lower_camel,
    nearest_few,
    only_nearest,
    read_foreign_key,
)
from tests.conftest import Lint

CATALOGUE = load_catalogue(Settings())
NAMES = st.sampled_from([
    "image", "imageName", "images", "imagee", "Image", "secrets", "secret", "secretNames", "sercets", "status",
    "Status", "created_at", "createdTime", "source-path", "sourcePath", "sourcPath", "nothing", "x" * 70,
])  # fmt: skip


@given(st.text("abCD1_", min_size=1, max_size=8))
def test_plain_names_are_camel_case_as_others_are(name: str) -> None:
    """A name with an underscore before it is taken apart, and put together."""
    words = name.lstrip("_")
    assert lower_camel(name) == lower_camel(f"_{name}") or not words
    if words.isalpha() and words[:1].islower():
        assert lower_camel(words) == words


def undeclared(value: dict[str, Any], kind: str = "Function") -> list[tuple[Any, ...]]:
    shape = CATALOGUE.schema(kind, "manifest").shape
    return [
        (field.name, field.meant, field.case_only)
        for field in find_undeclared(value, shape, CATALOGUE.kind_names, lambda _: True)
    ]


@given(st.lists(st.dictionaries(NAMES, st.just("a"), max_size=6), min_size=2, max_size=8))
def test_what_names_stand_for_does_not_hang_on_what_was_seen(values: list[dict[str, Any]]) -> None:
    found = [undeclared(value) for value in values]
    assert [undeclared(value) for value in reversed(values)] == found[::-1]


@pytest.mark.parametrize("others", [0, 1, 100, 20_000])
def test_a_name_stands_for_the_same_beside_many_others(others: int) -> None:
    """It took a time that grew with the square of their number."""
    value = {"kind": "Secret", "naem": 1, **{f"y{number}": 1 for number in range(others)}}
    assert undeclared(value, "Secret")[0] == ("naem", "name", False)


@pytest.mark.parametrize(("name", "expected"), [
    ("straße", "straße"), ("Größe", "größe"), ("naïve_name", "naïveName"), ("ÄpfelKorb", "äpfelKorb"),
    ("größe-x", "größeX"), ("日本_語", "日本語"), ("ΑΒΓ_δ", "αβγΔ"), ("ŉx_ßy", "ŉxßy"), ("x²", "x²"),
    ("nai\u0308ve_name", "nai\u0308ve_name"), ("a€b_c", "a€b_c"), ("a?b", "aB"), ("Öl", "öl"),
])  # fmt: skip
def test_no_letter_is_lost(name: str, expected: str) -> None:
    assert lower_camel(name) == expected


@pytest.mark.parametrize(("name", "expected"), [
    ("straße", True), ("日本", True), ("größe2", True), ("Größe", False), ("x²", False), ("ǅ", False),
    ("a\u0301", False), ("2a", False), ("", False),
])  # fmt: skip
def test_lower_camel_case_beyond_ascii(name: str, expected: bool) -> None:
    assert is_lower_camel(name) is expected


@given(st.text(max_size=12))
def test_a_proposal_keeps_every_letter(name: str) -> None:
    letters = [letter for letter in name if letter.isalnum()]
    assert [*filter(str.isalnum, lower_camel(name))] == letters or (
        "".join(filter(str.isalnum, lower_camel(name))).casefold() == "".join(letters).casefold()
    )


@pytest.mark.parametrize(("name", "expected"), [
    ("imageName", "image"), ("imageNames", "images"), ("imagesNames", "images"), ("imagesName", "images"),
    ("policyIds", "policies"), ("policiesIDs", "policies"), ("serviceClass", "serviceClass"),
    ("serviceClassNames", "serviceClasses"), ("serviceClassesNames", "serviceClasses"),
])  # fmt: skip
def test_a_plural_is_made_once(name: str, expected: str) -> None:
    foreign = read_foreign_key(name, ("Image", "Policy", "ServiceClass"))
    assert foreign is not None and foreign.proper == expected


def test_a_name_that_cannot_be_spelled_right_is_reported(lint: Lint) -> None:
    """`İ` has no small letter of one character."""
    entity = "kind: Widget\nname: a\norganizationId: o\nid: '1'\nstatus: READY\nİd: 1\n日本: 2\n"
    (found,) = lint(entity, {"select": ["camel-case-fields"]})
    assert found.message == 'the field "İd" is not lower camel case: it begins with "İ"'


WORDS = st.text("abcde-_1é", max_size=8)


@given(WORDS, st.lists(WORDS, max_size=20, unique=True), st.sampled_from([0.5, 0.6, 0.7]))
def test_near_names_are_those_of_difflib(word: str, names: list[str], cutoff: float) -> None:
    expected = difflib.get_close_matches(word, names, n=3, cutoff=cutoff)
    assert nearest_few(word, names, 3, cutoff=cutoff) == expected


@pytest.mark.parametrize(("word", "names", "nearest", "hint"), [
    ("nodjs", ["nodejs", "python"], "nodejs", '; did you mean "nodejs"?'),
    ("node-7", ["node-8", "node-9"], None, '; did you mean "node-9" or "node-8"?'),
    ("CREATED", ["CREATING", "READY"], None, '; did you mean "READY" or "CREATING"?'),
    # Only where names differ in nothing but case does case decide.
    ("nodjs", ["Nodejs", "nodejs"], "nodejs", '; did you mean "nodejs"?'),
    ("NODEJS", ["Nodejs", "nodeJs"], None, '; did you mean "Nodejs" or "nodeJs"?'),
    ("abc", ["xyz"], None, ""),
])  # fmt: skip
def test_of_equally_near_names_none_is_nearest(
    word: str, names: list[str], nearest: str | None, hint: str
) -> None:
    assert only_nearest(word, names, cutoff=0.6) == nearest
    assert did_you_mean(word, names) == hint


@pytest.mark.parametrize(("word", "is_one"), [
    ("ready", True), ("REDAY", True), ("RAEDY", True), ("REDY", True), ("READDY", True), ("REEDY", True), ("raedy", True),
    ("READ", True), ("RED", False), ("CREATED", False), ("ALREADY", False), ("", False),
])  # fmt: skip
def test_a_slip_is_case_or_one_letter(word: str, is_one: bool) -> None:
    assert is_slip(word, "READY") == is_one
