"""Requirements files, markers, and whether cases and requirements belong together."""

import pytest

from vnetspec.fixtures.requirements import (
    Claim,
    Level,
    Requirement,
    RequirementError,
    load,
    network_of,
    requirement,
    trace,
)

ENTRY = {"rule": '"It is so."', "level": '"MUST"', "section": '"All"', "source": '["RFC 826"]'}


def entry(identifier="ARP-01", **fields):
    lines = [f"{key} = {value}" for key, value in (ENTRY | fields).items() if value is not None]
    return "\n".join([f"[{identifier}]", *lines, ""])


def loaded(tmp_path, text):
    file = tmp_path / "arp" / "requirements.toml"
    file.parent.mkdir()
    file.write_text(text)
    return load(file)


def test_an_entry_is_read(tmp_path):
    found = loaded(tmp_path, entry(quote='"so it is"', profile='"qemu-0.6"'))

    assert found == {
        "ARP-01": Requirement(
            id="ARP-01",
            rule="It is so.",
            level=Level.MUST,
            section="All",
            source=("RFC 826",),
            profile="qemu-0.6",
            quote="so it is",
        )
    }


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (entry("arp-01"), "an ID looks like"),
        (entry("ARP-1"), "an ID looks like"),
        (entry("DNS-01"), "belongs into dns/requirements.toml"),
        (entry(rule=None), "lacks rule"),
        (entry(rule='" "'), "rule is a text"),
        (entry(level='"must"'), "level is 'must'"),
        (entry(source="[]"), "source is a list of texts"),
        (entry(source='"RFC 826"'), "source is a list of texts"),
        (entry(excluded="true"), "excluded is a text"),
        (entry(rules='"x"'), "does not know rules"),
        (entry() + entry(), "Cannot declare"),
        ("ARP-01 = 1", "not a table"),
        ("[ARP-01", "Expected"),
    ],
)
def test_a_malformed_entry_is_refused(tmp_path, text, complaint):
    with pytest.raises(RequirementError, match=complaint):
        loaded(tmp_path, text)


@pytest.mark.parametrize("identifiers", [(), ("arp-1",), ("ARP-01", "ARP")])
def test_a_malformed_marker_is_refused(identifiers):
    with pytest.raises(RequirementError, match="an ID looks like"):
        requirement(*identifiers)


def test_a_network_in_keywords_is_in_qemus_words():
    network = network_of(tftp_server_name="boot", hostfwd=["tcp::1-:2", "tcp::3-:4"], ports=2)

    assert network.user == (
        ("tftp-server-name", "boot"),
        ("hostfwd", "tcp::1-:2"),
        ("hostfwd", "tcp::3-:4"),
    )
    assert network.ports == 2
    assert network_of(user=False).user is None


KNOWN = {
    identifier: Requirement(identifier, "It is so.", Level.MUST, "All", ("x",), excluded=reason)
    for identifier, reason in {"ARP-01": "", "ARP-02": "", "ARP-03": "nothing to see"}.items()
}


@pytest.mark.parametrize(
    ("claims", "captures", "problems"),
    [
        ([Claim("a", ("ARP-01", "ARP-02"))], [], []),
        ([Claim("a", ("ARP-01",))], [], ["ARP-02: neither case nor reason"]),
        (
            [Claim("a", ("ARP-01", "ARP-02", "ARP-03"))],
            [],
            ["ARP-03: excluded, but there is a case"],
        ),
        ([Claim("a", ("ARP-01", "ARP-02")), Claim("b", ())], [], ["b: proves no requirement"]),
        (
            [Claim("a", ("ARP-01", "ARP-02", "ARP-09"))],
            [],
            ["a: there is no requirement ARP-09"],
        ),
        ([Claim("a", ("ARP-01", "ARP-01", "ARP-02"))], [], ["a: names ARP-01 2 times"]),
        (
            [Claim("a", ("ARP-01",), ("x",)), Claim("b", ("ARP-02",), ("x",))],
            ["x"],
            ["x: the golden of 2 cases; give them variants"],
        ),
        (
            [Claim("a", ("ARP-01", "ARP-02"), ("x",))],
            ["x", "y"],
            ["y: a golden that no case uses"],
        ),
    ],
)
def test_what_does_not_belong_together_is_named(claims, captures, problems):
    assert trace(KNOWN, claims, captures) == problems


def test_a_suite_is_traced_without_being_run(suite):
    result = suite.run("--net-trace", target="Nobody")

    assert result.ret == 0
    result.stdout.fnmatch_lines(["every requirement has a case or a reason"])


def test_a_suite_with_gaps_is_told(suite):
    suite.cases("def test_it(): pass\n")

    result = suite.run("--net-trace")

    assert result.ret == 1
    result.stdout.fnmatch_lines(["ARP-01: neither*", "ARP-02: neither*", "*test_it: proves no*"])
