"""URLs from feeds, redirects and users: normalised, or refused with the reason."""

import pytest
import yarl
from hypothesis import example, given
from hypothesis import strategies as st

from worker.errors import Permanent
from worker.urls import MAX_LENGTH, canonicalise, host_of, normalise, origin_of


@pytest.mark.parametrize(
    ("given_url", "expected"),
    [
        ("HTTP://News.Example.ORG:80/a", "http://news.example.org/a"),
        ("https://news.example.org:443", "https://news.example.org/"),
        ("https://news.example.org:8443/a", "https://news.example.org:8443/a"),
        ("https://news.example.org/a#comments", "https://news.example.org/a"),
        ("  https://news.example.org/a\n", "https://news.example.org/a"),
        ("https://news.example.org./a", "https://news.example.org/a"),
        ("https://zürich.example/ä ö?q=ü", "https://xn--zrich-kva.example/%C3%A4%20%C3%B6?q=%C3%BC"),
        ("https://news.example.org/%7ejo/../%41%2f", "https://news.example.org/A%2F"),
        ("https://news.example.org/a/./b//c/", "https://news.example.org/a/b//c/"),
        ("https://news.example.org/a?", "https://news.example.org/a"),
        ("https://news.example.org/100%", "https://news.example.org/100%25"),
        ("http://[2001:DB8:0::1]:80/", "http://[2001:db8::1]/"),
    ],
)
def test_equivalent_urls_have_one_canonical_form(given_url: str, expected: str) -> None:
    assert canonicalise(given_url) == expected


@pytest.mark.parametrize(
    "tail",
    [
        "utm_source=rss&utm_medium=feed",
        "fbclid=x",
        "at_medium=RSS&at_campaign=KARANGA",
        "maca=en-rss-en-all-1573-rdf",
        "CMP=x",
    ],
)
def test_tracking_parameters_are_removed(tail: str) -> None:
    assert canonicalise(f"https://news.example.org/a?{tail}") == "https://news.example.org/a"
    assert canonicalise(f"https://news.example.org/a?id=7&{tail}") == "https://news.example.org/a?id=7"
    assert normalise(f"https://news.example.org/a?{tail}").endswith(tail)


@pytest.mark.parametrize(
    "query",
    [
        "id=7&cat=2",
        "b=1&a=2",
        "session=2024-2&ref=A-10",
        "cid=19",
        "source=press",
        "p=1&p=2",
        "/path/as/query",
        "k=a+b",
        "sc_lang=en",
        "pk=7",
    ],
)
def test_other_parameters_are_unchanged(query: str) -> None:
    assert canonicalise(f"https://news.example.org/a?{query}") == f"https://news.example.org/a?{query}"


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("news.example.org/a", "no http://"),
        ("ftp://news.example.org/a", "'ftp' is not http"),
        ("file:///etc/passwd", "'file' is not http"),
        ("javascript:alert(1)", "'javascript' is not http"),
        ("http:///a", "no host"),
        ("https://user:secret@news.example.org/", "credentials"),
        ("https://user@news.example.org/", "credentials"),
        ("https://news.example.org/" + "a" * MAX_LENGTH, "characters long"),
        ("https://news.example.org/" + "ü" * (MAX_LENGTH // 3), "characters long"),
        ("https://news.example.org/a\x00b", "control character '\\x00' at position 26"),
        ("https://news.exa\nmple.org/", "control character"),
        ("https://news.example.org/\ud800", "control character"),
        ("https://news.example.org:99999/", "Port out of range"),
        ("https://news.example.org:0/", "port 0"),
        ("https://news.example.org:x/", "port"),
        ("https://news..example.org/", "not a host name"),
        ("https://-news.example.org/", "not a host name"),
        ("https://news example.org/", "not a host name"),
        ("https://%6eews.example.org/", "not a host name"),
        ("https://" + "a" * 64 + ".example/", "not a host name"),
        ("http://2130706433/", "2130706433"),
        ("http://0x7f000001/", "0x7f000001"),
        ("http://127.1/", "127.1"),
        ("http://0177.0.0.1/", "0177"),
        ("http://1.2.3.4.5/", "1.2.3.4.5"),
        ("http://[fe80::1%25eth0]/", "zone"),
        ("http://[v1.x]/", "v1.x"),
        ("http://[::1/", "bad_url"),
        ("http://good.example\\@bad.example/", "backslash"),
    ],
)
def test_an_invalid_url_is_refused_with_the_reason(bad: str, why: str) -> None:
    with pytest.raises(Permanent) as e:
        canonicalise(bad)
    assert e.value.reason == "bad_url"
    assert why.lower() in str(e.value).lower()


def test_full_width_digits_are_recognised_as_an_ip_address() -> None:
    assert host_of("http://\uff11\uff12\uff17.0.0.1/") == "127.0.0.1"


def test_host_and_origin() -> None:
    assert host_of("https://News.Example.org:8443/a") == "news.example.org"
    assert host_of("http://[::1]:80/") == "::1"
    assert origin_of("https://News.Example.org:8443/a?b") == "https://news.example.org:8443"
    assert origin_of("http://[::1]:80/a") == "http://[::1]"


_TOKENS = [
    "http://",
    "https://",
    "HTTP:",
    "//",
    "..",
    "a.example",
    "%2e",
    "%zz",
    "%20",
    "::1",
    "0x",
    "80",
    "utm_a=1",
    "xn--",
    "。",
]
_PIECES = st.lists(st.sampled_from([*_TOKENS, *"./?&=#@:[]%1\\ +;|'üß\x00\ud800\u200b"]), max_size=14).map("".join)


def _canonical_or_none(text: str) -> str | None:
    try:
        return canonicalise(text)
    except Permanent as e:
        return None if e.reason == "bad_url" and e.detail else f"{e!r} does not say what is wrong"


@given(
    st.one_of(st.text(max_size=60), _PIECES, _PIECES.map("https://a.example/".__add__), _PIECES.map("http://".__add__))
)
@example("http://a.example/%2e%2e/%2E")
@example("http://a.example//..//b")
def test_any_text_is_refused_or_canonicalised_idempotently(text: str) -> None:
    once = _canonical_or_none(text)
    if once is None:
        return
    assert canonicalise(once) == once
    assert once.isascii()
    assert len(once) <= MAX_LENGTH
    assert host_of(once) == host_of(text) == yarl.URL(once, encoded=True).raw_host
    assert once.startswith(origin_of(once))
