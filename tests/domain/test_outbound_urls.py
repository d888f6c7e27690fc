"""Which URLs may be asked: read in one way only, and none that lead inside."""

import re

import pytest

from domain.errors import UrlForbidden
from domain.outbound import Allowance, UrlRules, read_allowance

RULES = UrlRules()

ALLOWED = """
    example.com  EXAMPLE.com  example.com.  a.b-c.example  xn--bcher-kva.example  _dmarc.example
    example.com:8443  93.184.216.34  1.1.1.1  8.8.8.8:443  100.63.255.255  100.128.0.1  172.15.0.1
    172.32.0.1  169.253.1.1  192.167.1.1  198.17.255.255  198.20.0.1  223.255.255.255
    [2606:4700:4700::1111]  [2a00:1450:4001::200e]:8443  [::ffff:8.8.8.8]  [64:ff9b::808:808]
    [2001:200::1]
""".split()

REFUSED = r"""
    localhost  LOCALHOST  localhost.  a.localhost  intranet  127.0.0.1  127.1  127.0.1  127.255.0.1
    0.0.0.0  0  0x7f.0.0.1  0x7f000001  0X7F.1  2130706433  017700000001  0177.0.0.1  127.0.0.01
    00000127.0.0.1  4294967295  10.0.0.1  10.255.255.255  172.16.0.1  172.31.255.255  192.168.0.1
    169.254.169.254  100.64.0.1  100.127.255.255  192.0.0.8  192.0.2.1  192.88.99.1  198.18.0.1
    198.19.255.255  198.51.100.1  203.0.113.1  224.0.0.1  239.255.255.250  240.0.0.1
    255.255.255.255  256.1.1.1  1.2.3.4.5  1.2.3  [::]  [::1]  [0:0:0:0:0:0:0:1]
    [::ffff:127.0.0.1]  [::ffff:7f00:1]  [::ffff:10.0.0.1]  [::ffff:a9fe:a9fe]  [::127.0.0.1]
    [::7f00:1]  [64:ff9b::7f00:1]  [64:ff9b::10.0.0.1]  [64:ff9b:1::1]  [2002:7f00:1::]
    [2002:a00:1::1]  [2001::1]  [2001:0:7f00:1::]  [2001:db8::1]  [3fff::1]  [fe80::1]
    [fe80::1%25eth0]  [fe80::1%eth0]  [fec0::1]  [fc00::1]  [fd12:3456::1]  [ff02::1]  [100::1]
    [4000::1]  [5f00::1]  [1::1]  [::1  ::1  [127.0.0.1]  [::1]x  [::1]:  example.com:0
    example.com:65536  example.com:+80  example.com:  example.com:8080:80  .example.com
    example..com  -.example  a_.-b.example  ex%61mple.com  127。0。0。1  ①②⑦.0.0.1  １２７.0.0.1
    ⓛocalhost  bücher.example  user@example.com  user:password@example.com  example.com@127.0.0.1
    127.0.0.1#@example.com  127.0.0.1\@example.com  example.com\.evil.example  ex*mple.com
""".split()


@pytest.mark.parametrize("host", ALLOWED)
def test_what_is_on_the_internet_may_be_asked(host: str) -> None:
    url = RULES.check(f"https://{host}/hooks")
    assert url.target == "/hooks"


@pytest.mark.parametrize("host", REFUSED)
def test_what_leads_inside_or_can_be_read_in_two_ways_may_not(host: str) -> None:
    with pytest.raises(UrlForbidden) as refused:
        RULES.check(f"https://{host}/hooks")
    assert refused.value.message
    assert refused.value.hint_text


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/",
        "https:/example.com/",
        "https:example.com",
        "http://example.com/",
        "HTTP://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "unix:///run/docker.sock",
        "data:text/plain,x",
        "javascript:alert(1)",
        "https://",
        "https:///hooks",
        "https://?x",
        "https://example.com/ hooks",
        " https://example.com/",
        "https://example.com/\r\nHost: inside",
        "https://example.com/%0d\nx",
        "https://exam\tple.com/",
        "https://example.com/\0",
        "https://example.com/é",
        "https://example.com/#fragment",
        "https://example.com\\@127.0.0.1/",
        "https://" + "a" * 64 + ".example/",
        "https://" + "a." * 127 + "example/",
        "https://example.com/" + "a" * 2_000,
    ],
)
def test_what_is_no_such_url_is_refused(url: str) -> None:
    with pytest.raises(UrlForbidden):
        RULES.check(url)


def test_a_url_is_taken_apart_once() -> None:
    url = RULES.check("HTTPS://Example.COM:8443?a=b/c")
    assert (url.scheme, url.host, url.port, url.target) == (
        "https",
        "example.com",
        8443,
        "/?a=b/c",
    )
    assert url.authority == "example.com:8443"
    assert RULES.check("https://[2606:4700::1]/").authority == "[2606:4700::1]"
    assert RULES.check("https://example.com:443/").authority == "example.com"


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["93.184.216.34", "10.0.0.1"],
        ["::1"],
        ["::ffff:10.1.2.3"],
        ["64:ff9b::a00:1"],
        ["fe80::1%eth0"],
        ["169.254.169.254"],
    ],
)
def test_a_name_is_refused_if_one_of_its_addresses_is_inside(addresses: list[str]) -> None:
    with pytest.raises(UrlForbidden) as refused:
        RULES.check_addresses("example.com", addresses)
    assert "example.com" in refused.value.message
    assert addresses[-1] not in refused.value.message, "what is inside is told nobody"


def test_a_name_at_addresses_on_the_internet_is_fine() -> None:
    found = RULES.check_addresses("example.com", ["93.184.216.34", "2606:4700::1"])
    assert [str(address) for address in found] == ["93.184.216.34", "2606:4700::1"]


def test_the_operator_can_allow_own_networks_and_hosts() -> None:
    allowance = read_allowance(" 10.0.0.0/8, fd00::/8, 127.0.0.1,Hooks.Internal., receiver ")
    rules = UrlRules(allowance)
    for url in (
        "http://10.1.2.3/",
        "https://10.1.2.3/",
        "http://127.0.0.1:8080/",
        "http://[fd12::1]/",
        "http://[::ffff:10.1.2.3]/",
        "http://hooks.internal/",
        "http://receiver:8080/",
    ):
        rules.check(url)
    rules.check_addresses("hooks.internal", ["192.168.7.7"])
    rules.check_addresses("example.com", ["10.9.9.9"])
    for url in ("http://127.0.0.2/", "https://192.168.0.1/", "http://example.com/"):
        with pytest.raises(UrlForbidden):
            rules.check(url)
    with pytest.raises(UrlForbidden):
        rules.check_addresses("example.com", ["192.168.7.7"])


def test_nothing_more_is_allowed_if_nothing_is_set() -> None:
    assert read_allowance("") == Allowance()


@pytest.mark.parametrize("text", ["10.0.0.0/33", "10.0.0.1/8", "what ever", "300.1.1.1"])
def test_a_setting_that_is_neither_network_nor_host_is_named(text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        read_allowance(text)


def test_a_url_where_a_host_belongs_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="one of them is a URL") as refused:
        read_allowance("http://user:secret@x")
    assert "secret" not in str(refused.value)
