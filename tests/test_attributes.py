"""Tags with too many attributes are told without parsing them."""

from __future__ import annotations

import time

import pytest

from worker.formats.attributes import is_crowded

MANY = range(10_000)


@pytest.mark.parametrize(
    "tag",
    [
        "<a " + " ".join(f"a{n}=1" for n in MANY) + ">",
        "<a " + " ".join(f"a{n}" for n in MANY) + ">",
        "<a\n" + "\n".join(f"a{n}='x y'" for n in MANY) + ">",
        "<a/" + "/".join(f"a{n}" for n in MANY) + ">",
        "<a " + "".join(f'a{n}=">"' for n in MANY) + ">",
        '<a x="<" ' + " ".join(f"a{n}" for n in MANY) + ">",
        '<a " ' + " ".join(f"a{n}" for n in MANY) + '">',
        "<a " + " ".join(f"a{n}" for n in MANY),
        "<script " + " ".join(f"a{n}" for n in MANY) + "></script>",
        "<!--><a " + " ".join(f"a{n}" for n in MANY) + ">-->",
        "<!-- <script> --><a " + " ".join(f"a{n}" for n in MANY) + ">",
        "<scripts><a " + " ".join(f"a{n}" for n in MANY) + ">",
    ],
    ids=[
        *("values", "bare", "quoted", "slashes", "glued", "angle", "stray quote", "unclosed"),
        *("script", "empty comment", "script in a comment", "no script"),
    ],
)
def test_a_crowded_tag_is_found(tag: str) -> None:
    assert is_crowded(f"<html><body>{tag}x</a>", 1_000)


@pytest.mark.parametrize(
    "html",
    [
        "<p>" + "a = b " * 10_000 + "</p>",
        "<img src='data:image/png;base64," + "A/b=" * 100_000 + "'>",
        '<i class="' + "x " * 100_000 + '">',
        '<a b="1">' * 10_000,
        "if (a < b) " * 10_000,
        "<script>if(a<b){d={t:'" + "words in an article, " * 10_000 + "'}}</script>",
        "<STYLE>a<b " + "c d " * 10_000 + "</STYLE>",
        "<!-- <a " + "b c " * 10_000 + "-->",
    ],
    ids=["text", "picture", "classes", "many tags", "no tags", "script", "style", "comment"],
)
def test_long_values_and_many_tags_are_no_crowd(html: str) -> None:
    assert not is_crowded(html, 1_000)


@pytest.mark.parametrize(
    "flood",
    [
        *('<a ="', "<a =\"<a ='", "<a", "=", "=   ", "<a" + "=" * 99, "<a " + " " * 99),
        *("<!--", "<!-- -->", "<script>", "<script", "<style>x", "<!--<script>", "</script"),
    ],
)
def test_a_flood_is_looked_through_quickly(flood: str) -> None:
    began = time.process_time()
    is_crowded("<a" + flood * (2_000_000 // len(flood)), 1_000)
    assert time.process_time() - began < 3
