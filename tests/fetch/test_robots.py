"""The rules of robots.txt: groups, errors, patterns, delays, limits and the stored form."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protego import Protego

from worker.fetch.robots import MAX_LINE_BYTES, MAX_STARS, MAX_WILDCARD_RULES, parse_robots
from worker.fetch.robots_rules import RobotsRules
from worker.urls import normalise

SITE = "https://site.example"


def rules_of(text: str | bytes) -> RobotsRules:
    return parse_robots(text.encode() if isinstance(text, str) else text, "communique")


def allows(text: str | bytes, path: str = "/x") -> bool:
    return rules_of(text).allows(normalise(SITE + path))


def matches(pattern: str, path: str) -> bool:
    return not allows(f"User-agent: *\nDisallow: {pattern}\n", path)


# ---------------------------------------------------------------- groups
@pytest.mark.parametrize(
    "name",
    ["communique", "Communique", "communique/0.1", "communique, other", "communique*", "communique (+https://a.b)"],
)
def test_the_product_token_at_the_start_names_this_crawler(name: str) -> None:
    assert not allows(f"User-agent: {name}\nDisallow: /\n")


@pytest.mark.parametrize("name", ["comm", "communique-news", "mycommunique", "other, communique", "", "communiqué"])
def test_other_product_tokens_do_not(name: str) -> None:
    assert allows(f"User-agent: {name}\nDisallow: /\n")


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("User-agent: *\nDisallow: /\n\nUser-agent: communique\nDisallow: /y\n", True),
        ("User-agent: communique\nDisallow: /y\n\nUser-agent: *\nDisallow: /\n", True),
        ("User-agent: communique\n\nUser-agent: *\nDisallow: /\n", False),
        ("User-agent: communique\nDisallow:\n\nUser-agent: *\nDisallow: /\n", True),
        ("User-agent: * \nDisallow: /\n", False),
        ("User-agent: * all\nDisallow: /\n", False),
        ("User-agent: *all\nDisallow: /\n", True),
        ("User-agent: other\nUser-agent: communique\nUser-agent: more\nDisallow: /\n", False),
        (
            "User-agent: other\nDisallow: /y\nUser-agent: communique\nAllow: /\nUser-agent: communique\nDisallow: /x",
            False,
        ),
        ("User-agent: communique\nDisallow: /y\nUser-agent: other\nDisallow: /x\n", True),
        ("Disallow: /\nUser-agent: communique\n", True),
        ("User-agent: communique\nDisallow: /y\n\n\n# note\nSitemap: /s\nFoo: bar\nDisallow: /x\n", False),
        ("User-agent: communique\nFoo: bar\nUser-agent: other\nDisallow: /\n", False),
        ("User-agent: communique\nCrawl-delay: 5\n\nUser-agent: other\nDisallow: /\n", False),
        ("User-agent: communique\nSitemap: /s\nUser-agent: other\nDisallow: /\n", False),
        ("", True),
    ],
)
def test_groups_are_found_and_merged_as_in_the_rfc(text: str, allowed: bool) -> None:
    assert allows(text) is allowed


# ---------------------------------------------------------------- lines
@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbfUser-agent: *\nDisallow: /\n",
        b"User-agent: *\rDisallow: /\r",
        b"User-agent: *\r\nDisallow: /\r\n",
        b"User-agent: *\n\r\nDisallow: /",
        b"  USER-AGENT\t:\t*  \n\tdisALLOW :/  \n",
        b"User-agent:*#all\nDisallow:/# all of it\n",
        b"Useragent: *\nDissallow: /\n",
        b"User agent: *\nDisalow: /\n",
        b"User-agent *\nDisallow /\n",
        b"User-agent: *\nDisallow: /\0private\n",
        b"User-agent: *\n\0\0\xff\xfe\nDisallow: /\n",
        b"User-agent: *\nno colon here\n: /\n::\nDisallow: /\n",
        b"User-agent: *\nDisallow: /y" + b"y" * (2 << 20) + b"\nDisallow: /x\n",
        b"User-agent: *\nNote: " + b"y" * (2 << 20) + b"\nDisallow: /x\n",
    ],
    ids=[
        *["bom", "cr", "crlf", "mixed", "case", "comments", "typo", "space", "no colon", "nul in a rule", "noise"],
        *["odd lines", "long rule", "long note"],
    ],
)
def test_errors_in_lines_are_tolerated(text: bytes) -> None:
    assert not allows(text)


@pytest.mark.parametrize("text", ["User-agent: *\n# Disallow: /\n", "User-agent: *\nDisallow /a /x\n", "User-agent: *"])
def test_what_is_no_rule_has_no_effect(text: str) -> None:
    assert allows(text)


def test_a_line_is_read_up_to_its_limit() -> None:
    start = "Disallow: /*"
    padded = "/x" + "*" * (MAX_LINE_BYTES - len(start) - 2)
    assert not allows(f"User-agent: *\nDisallow: /*{padded}/not-read\n")


# ---------------------------------------------------------------- patterns
@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/fish", "/fish", True),
        ("/fish", "/fish/salmon.html?id=1", True),
        ("/fish", "/Fish.asp", False),
        ("/fish", "/?id=fish", False),
        ("/fish*", "/fishheads", True),
        ("/fish/", "/fish", False),
        ("/*.php", "/folder/any.php.file.html", True),
        ("/*.php", "/windows.PHP", False),
        ("/*.php$", "/filename.php", True),
        ("/*.php$", "/filename.php?parameters", False),
        ("/*.php$", "/a.php/b.php", True),
        ("/fish*.php", "/fishheads/catfish.php?parameters", True),
        ("/$", "/", True),
        ("/$", "/x", False),
        ("*/x", "/a/x", True),
        ("/a*b*a$", "/aba", True),
        ("/a*ba$", "/aba", True),
        ("/a*ba*a$", "/aba", False),
        ("/a**b", "/ab", True),
        ("*", "/", True),
        ("$", "/", False),
        ("/a$b", "/a$bc", True),
        ("/a$b", "/a", False),
        ("/a%24", "/a$b", True),
        ("/a%2A", "/a*b", True),
        ("/a%2A", "/axb", False),
        ("private", "/private", False),
        ("https://site.example/x", "/x", False),
        ("/search?q=", "/search?q=a", True),
    ],
)
def test_stars_and_the_anchor_match_as_documented(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("/foo/bar?baz=quz", "/foo/bar?baz=quz", True),
        ("/foo/bar?baz=http://foo.bar", "/foo/bar?baz=http%3A%2F%2Ffoo.bar", True),
        ("/foo/bar/ツ", "/foo/bar/%E3%83%84", True),
        ("/foo/bar/%E3%83%84", "/foo/bar/ツ", True),
        ("/foo/bar/%62%61%7A", "/foo/bar/baz", True),
        ("/foo/bar/baz", "/foo/bar/%62%61%7A", True),
        ("/a%3cd", "/a%3Cd", True),
        ("/a b|c", "/a%20b%7Cc", True),
        ("/a%2fb", "/a/b", False),
        ("/a/b", "/a%2Fb", False),
        ("/a%2Cb", "/a,b", True),
        ("/?a=%26", "/?a=&b", False),
        ("/caf\u00e9", "/caf%C3%A9", True),
        ("/100%", "/100%25", True),
    ],
)
def test_percent_encoding_is_normalised_on_both_sides(pattern: str, path: str, expected: bool) -> None:
    assert matches(pattern, path) is expected


def test_a_byte_that_is_not_utf8_matches_its_percent_encoding() -> None:
    assert not allows(b"User-agent: *\nDisallow: /caf\xe9\n", "/caf%E9")


@pytest.mark.parametrize(
    ("rules", "path", "allowed"),
    [
        ("Allow: /p\nDisallow: /", "/page", True),
        ("Disallow: /folder\nAllow: /folder", "/folder/page", True),
        ("Allow: /page\nDisallow: /*.htm", "/page.htm", False),
        ("Allow: /page\nDisallow: /*.ph", "/page.php5", True),
        ("Allow: /$\nDisallow: /", "/", True),
        ("Allow: /$\nDisallow: /", "/page.htm", False),
        ("Allow: /a/index.html\nDisallow: /", "/a/", True),
        ("Allow: /a/index.html\nDisallow: /", "/a/b", False),
        ("Disallow: /a/index.html", "/a/", True),
        ("Disallow: /", "/robots.txt", True),
    ],
)
def test_the_longest_match_decides_and_allow_wins_ties(rules: str, path: str, allowed: bool) -> None:
    assert allows(f"User-agent: *\n{rules}\n", path) is allowed


def test_the_deciding_rule_is_named() -> None:
    rules = rules_of("User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /*.pdf$\n")
    named = {path: rules.rule_for(SITE + path) for path in ("/a", "/a/b/c", "/x.pdf", "/x")}
    assert named == {"/a": "Disallow: /a", "/a/b/c": "Allow: /a/b", "/x.pdf": "Disallow: /*.pdf$", "/x": None}


# ---------------------------------------------------------------- delays
@pytest.mark.parametrize(
    ("text", "delay_s"),
    [
        ("User-agent: *\nCrawl-delay: 30", 30.0),
        ("User-agent: *\nCrawl-delay: .5", 0.5),
        ("User-agent: *\nCrawl delay: 10 # seconds", 10.0),
        ("User-agent: *\nCrawl-delay: nan", 0.0),
        ("User-agent: *\nCrawl-delay: -5", 0.0),
        ("User-agent: *\nCrawl-delay:", 0.0),
        (f"User-agent: *\nCrawl-delay: {'9' * 400}", math.inf),
        ("User-agent: *\nCrawl-delay: 5\nCrawl-delay: 30\nCrawl-delay: 1", 30.0),
        ("User-agent: *\nRequest-rate: 2/1m", 30.0),
        ("User-agent: *\nRequest-rate: 1/10 0600-0845", 10.0),
        ("User-agent: *\nRequest-rate: 1/2h\nCrawl-delay: 5", 7200.0),
        ("User-agent: *\nRequest-rate: 0/5", 0.0),
        ("User-agent: *\nRequest-rate: 5", 0.0),
        (f"User-agent: *\nRequest-rate: 1/{'9' * 400}", math.inf),
        (f"User-agent: *\nRequest-rate: {'9' * 400}/5", 0.0),
        ("User-agent: communique\nCrawl-delay: 5\nDisallow: /a\n\nUser-agent: *\nCrawl-delay: 60", 5.0),
        ("User-agent: communique\nDisallow: /a\n\nUser-agent: *\nCrawl-delay: 60", 0.0),
        ("User-agent: other\nCrawl-delay: 60\n\nUser-agent: *\nDisallow: /a", 0.0),
        ("User-agent: other\nUser-agent: communique\nDisallow: /a\nCrawl-delay: 60", 60.0),
        ("Crawl-delay: 60\nUser-agent: *", 0.0),
    ],
)
def test_the_delay_is_the_longest_that_the_group_sets(text: str, delay_s: float) -> None:
    assert rules_of(text).delay_s == delay_s


# ---------------------------------------------------------------- size and limits
def test_the_rules_of_other_crawlers_are_not_kept() -> None:
    text = "".join(f"User-agent: bot{n}\nDisallow: /{n}\n" for n in range(20_000))
    assert len(rules_of(text + "User-agent: *\nDisallow: /x\n").encode()) < 60


def test_the_stored_form_of_100_000_rules_is_small() -> None:
    rules = rules_of("User-agent: *\n" + "".join(f"Disallow: /private/{n}/\n" for n in range(100_000)))
    assert len(rules.disallowed) == 100_000
    assert len(rules.encode()) < 10_000
    assert not rules.allows(f"{SITE}/private/99999/a")
    assert rules.allows(f"{SITE}/private/100000/a")


def test_of_too_many_rules_with_stars_the_longest_disallow_whatever_follows_the_star() -> None:
    lines = [f"Disallow: /{n}/*{'a' * n}z" for n in range(MAX_WILDCARD_RULES + 100)]
    rules = rules_of("User-agent: *\n" + "\n".join(lines) + f"\nAllow: /*{'b' * 2000}\n")
    assert rules.cut == 101
    assert rules.allows(f"{SITE}/999/y")
    assert not rules.allows(f"{SITE}/999/{'a' * 999}z")
    assert not rules.allows(f"{SITE}/1050/y")
    assert not rules.allows(f"{SITE}/1050/{'b' * 2000}")


def test_a_rule_with_too_many_stars_disallows_whatever_follows_the_first() -> None:
    rules = rules_of(f"User-agent: *\nDisallow: /a{'*b' * (MAX_STARS + 1)}\nDisallow: /c{'*d' * MAX_STARS}\n")
    assert rules.cut == 1
    assert not rules.allows(f"{SITE}/a")
    assert rules.allows(f"{SITE}/c")


def test_bytes_that_are_no_stored_form_are_refused() -> None:
    for stored in (b"", b"User-agent: *\nDisallow: /\n", b"\x93\xc4\x00\xc4\x00", rules_of("").encode()[:-1]):
        with pytest.raises(ValueError, match="not the stored form"):
            RobotsRules.decode(stored)


# ---------------------------------------------------------------- properties
PATTERNS = st.lists(
    st.sampled_from(["/", "a", "b", "*", "$", "?", "q=1", "é", "%C3%A9", "%41", "A", "%2F", ".", " "]), max_size=8
).map("".join)
PATHS = st.lists(st.sampled_from(["/", "a", "b", "?", "q=1", "é", "A", "%2F", "."]), max_size=10).map("".join)
LINES = st.one_of(
    st.tuples(st.sampled_from(["Allow", "Disallow", "disallow", "Dissallow"]), PATTERNS.map(lambda p: f"/{p}")),
    st.tuples(st.sampled_from(["Allow", "Disallow"]), PATTERNS),
    st.tuples(st.sampled_from(["User-agent", "useragent"]), st.sampled_from(["*", "communique", "COMMUNIQUE", "bot"])),
    st.tuples(st.just("Sitemap"), st.just("https://site.example/map.xml")),
)


@given(st.lists(LINES, max_size=12), st.lists(PATHS, min_size=1, max_size=4))
def test_rules_are_those_of_protego_where_both_follow_the_rfc(lines: list[tuple[str, str]], paths: list[str]) -> None:
    text = "\n".join(f"{key}: {value}" for key, value in lines)
    peer, rules = Protego.parse(text), rules_of(text)
    for path in paths:
        url = normalise(f"{SITE}/{path}")
        assert rules.allows(url) == peer.can_fetch(url, "communique"), (text, url)


@given(st.lists(LINES, max_size=30), PATHS)
def test_limits_never_allow_a_disallowed_url(lines: list[tuple[str, str]], path: str) -> None:
    text = "User-agent: *\n" + "\n".join(f"{key}: {value}" for key, value in lines)
    url = normalise(f"{SITE}/{path}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("worker.fetch.robots.MAX_WILDCARD_RULES", 1)
        patch.setattr("worker.fetch.robots.MAX_STARS", 1)
        strict = rules_of(text)
    assert rules_of(text).allows(url) or not strict.allows(url)


@given(st.one_of(st.binary(max_size=200), st.lists(LINES).map(lambda it: "\n".join(": ".join(x) for x in it).encode())))
def test_any_bytes_are_parsed_and_kept_in_the_stored_form(body: bytes) -> None:
    rules = rules_of(body)
    assert RobotsRules.decode(rules.encode()) == rules
    rules.allows(f"{SITE}/a")
