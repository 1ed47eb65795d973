"""The matrix page, in a real browser."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe

from vnetspec.fixtures.cli import main

from .conftest import RULES, TIMELINE, case, document, failure

pytestmark = pytest.mark.slow

HOSTILE = (
    "</script><script>window.broken = 1</script><img src=x onerror='window.broken = 1'>"
    '\u2028\u2029 "quoted" & `${window.broken = 1}` <!-- {{ 7 * 7 }} \0'
)


def test_the_counts_are_those_of_the_results(matrix, visit, documents):
    page = visit(matrix).page

    for column in documents:
        name = column["target"]["name"]
        shown = page.locator(f".requirement td[data-target='{name}'] .mark").all_inner_texts()
        judged = [entry["verdict"] for entry in column["requirements"].values()]
        assert sorted(shown) == sorted(judged)
        for verdict in set(judged):
            button = page.get_by_role("button", name=f"{verdict} on {name}")
            assert button.inner_text().split()[0] == str(judged.count(verdict))
            in_areas = page.locator(f".area td[data-target='{name}'] .{verdict}").all_inner_texts()
            assert sum(int(text.split()[0]) for text in in_areas) == judged.count(verdict)


def test_a_requirement_that_a_target_was_not_asked_is_said_so(write, report, visit, tmp_path):
    files = [
        write(document("one", [case("ARP-01")])),
        write(document("two", [case("DHCP-21")])),
    ]
    report(*files, "--html", "m.html")

    shown = visit(tmp_path / "m.html").page

    assert shown.locator("#ARP-01 td[data-target='two']").inner_text() == "not run"
    assert shown.locator("#DHCP-21 td[data-target='two']").inner_text() == "pass"


def test_a_click_shows_rule_exchange_fields_and_captures(matrix, visit, tmp_path):
    seen = visit(matrix)
    seen.page.locator("#DHCP-21 td[data-target='bad/one'] a").click()
    dialog = seen.dialog()

    assert seen.address() == "#DHCP-21/bad/one"
    text = dialog.inner_text()
    for told in (
        RULES["DHCP-21"][1],
        "the server SHOULD respond",
        "RFC 2131 section 4.3.2",
        "observed on QEMU 7.2.22",
        "MUST be a DHCPNAK",
        "dhcp/test_dhcp.py::test_what_DHCP_21_says[1]",
    ):
        assert told in text
    opened = dialog.locator("details[open]")
    assert opened.locator(".mark").inner_text() == "fail"
    fields = opened.locator("table.values tbody tr").nth(1).locator("th, td").all_inner_texts()
    assert fields == ["3", "dhcp.option[53]", "6", "5"]
    frames = opened.locator("table.exchange tbody tr")
    assert frames.count() == len(TIMELINE)
    assert frames.nth(2).locator("td").all_inner_texts() == [
        "3",
        "0.000250",
        "← network",
        "IP / UDP / DHCP Ack [590]",
    ]
    assert "wrong" in frames.nth(2).get_attribute("class")
    assert "wrong" not in frames.nth(1).get_attribute("class")
    links = opened.locator(".files a")
    assert links.all_inner_texts() == ["DHCP-21.pcapng", "DHCP-21.pcap"]
    for link in links.all():
        assert seen.page.evaluate("link => new URL(link.href).protocol", link.element_handle())
        assert (tmp_path / link.get_attribute("href").replace("%20", " ")).is_file()


def test_the_worst_case_comes_first_and_another_unfolds(matrix, visit):
    seen = visit(matrix).open("#DHCP-21/bad%2Fone")
    cases = seen.dialog().locator("details.case")

    assert cases.locator("summary .mark").all_inner_texts() == ["fail", "pass"]
    cases.nth(1).locator("summary").click()
    cases.nth(1).locator(".where").wait_for()
    assert "test_another" in cases.nth(1).inner_text()


def test_a_capture_that_is_gone_is_named_without_a_link(write, report, visit, tmp_path):
    file = write(document("one", [failure("DHCP-21")]))
    (file.parent / "dhcp" / "DHCP-21.pcap").unlink()
    report(file, "--html", "m.html")

    files = visit(tmp_path / "m.html").open("#DHCP-21/one").dialog().locator(".files")

    assert files.locator("a").all_inner_texts() == ["DHCP-21.pcapng"]
    assert "DHCP-21.pcap (not beside these results)" in files.inner_text()


def test_a_known_deviation_has_its_reason(write, report, visit, tmp_path):
    results = document(
        "one", [case("ARP-01", "expected", message="m")], baseline={"ARP-01": "it is so"}
    )
    report(write(results), "--html", "m.html")

    text = visit(tmp_path / "m.html").open("#ARP-01/one").dialog().inner_text()

    assert "Known deviation: it is so" in text
    assert "Reference: a place" in text


def test_web_addresses_can_be_followed_and_nothing_else(write, report, visit, tmp_path):
    reason = "see https://example.org/issues/1_2?a=b#c (https://example.org/x), javascript:alert(1)"
    results = document("one", [case("ARP-01", "expected")], baseline={"ARP-01": reason})
    report(write(results), "--html", "m.html")

    shown = visit(tmp_path / "m.html").open("#ARP-01/one").dialog().locator(".baseline")

    assert reason in shown.inner_text()
    assert [link.get_attribute("href") for link in shown.locator("a").all()] == [
        "https://example.org/issues/1_2?a=b#c",
        "https://example.org/x",
    ]


def test_a_deep_link_without_a_target_shows_all_of_them(matrix, visit):
    dialog = visit(matrix).open("#ARP-02").dialog()

    rows = [row.locator("th, td").all_inner_texts() for row in dialog.locator("tbody tr").all()]
    assert rows == [
        ["good one", "pass", "1 case"],
        ["bad/one", "non-strict", "nothing came, MUST be an ARP reply"],
    ]


def test_what_was_excluded_has_the_reason(matrix, visit):
    dialog = visit(matrix).open("#DHCP-22/bad%2Fone").dialog()

    assert "nobody can tell" in dialog.locator(".note").inner_text()


@pytest.mark.parametrize("address", ["#", "#matrix", "#NONE-99", "#DHCP-21x", "#%E0%A4%A", "#a/b"])
def test_an_address_that_means_nothing_opens_nothing(matrix, visit, address):
    seen = visit(matrix).open(address)

    assert seen.page.locator("dialog[open]").count() == 0
    assert seen.rows() == list(RULES)


def test_an_id_that_is_not_there_is_said_so(matrix, visit):
    seen = visit(matrix).open("#NONE-99")

    assert "There is no requirement NONE-99" in seen.page.locator("#count").inner_text()


def test_search_finds_ids_and_words(matrix, visit):
    seen = visit(matrix)
    count = seen.page.locator("#count")
    for words, found in (
        ("dhcp-2", ["DHCP-21", "DHCP-22"]),
        ("  NAMESERVER answered ", ["ARP-02"]),
        ("foreign refused nowhere", []),
        (".*", []),
        ("", list(RULES)),
    ):
        seen.page.fill("#search", words)
        assert seen.rows() == found
        expected = f"{len(found)} of 4 requirements" if words.strip() else "4 requirements"
        assert count.inner_text() == expected
        assert seen.page.locator("#nothing").is_visible() == (not found)


def test_filters_narrow_together(matrix, visit):
    seen = visit(matrix)
    page = seen.page

    page.check("input[value=fail]")
    assert seen.rows() == ["DHCP-21"]
    page.check("input[value=non-strict]")
    assert seen.rows() == ["ARP-02", "DHCP-21"]
    page.select_option("#level", "SHOULD")
    assert seen.rows() == ["ARP-02"]
    page.select_option("#target", "good one")
    assert seen.rows() == []
    page.locator("#again").click()
    assert seen.rows() == list(RULES)
    page.select_option("#area", "dhcp")
    assert seen.rows() == ["DHCP-21", "DHCP-22"]
    page.locator("#all").click()
    page.locator("#count", has_text=re.compile("^4 requirements$")).wait_for()
    page.check("#differ")
    assert seen.rows() == list(RULES)


def test_a_number_of_the_summary_shows_what_it_counts(matrix, visit):
    seen = visit(matrix)

    seen.page.get_by_role("button", name="error on bad/one").click()

    assert seen.rows() == ["ARP-01"]


def test_areas_fold_and_a_search_unfolds_them(matrix, visit):
    seen = visit(matrix)

    seen.page.get_by_role("button", name="arp").click()
    assert seen.rows() == ["DHCP-21", "DHCP-22"]
    seen.page.locator("#fold").click()
    assert seen.rows() == []
    assert seen.page.locator("#fold").get_attribute("aria-pressed") == "true"
    seen.page.fill("#search", "ARP")
    assert seen.rows() == ["ARP-01", "ARP-02"]


def test_the_keyboard_alone_is_enough(matrix, visit):
    seen = visit(matrix)
    press = seen.page.keyboard.press

    press("/")
    assert seen.page.evaluate("document.activeElement.id") == "search"
    seen.page.keyboard.type("dhcp")
    assert seen.rows() == ["DHCP-21", "DHCP-22"]
    press("Escape")
    assert seen.rows() == list(RULES)
    assert seen.focused() == "DHCP-21"
    for key, text in (
        ("Control+Home", "ARP-01"),
        ("ArrowRight", "pass"),
        ("ArrowRight", "error"),
        ("ArrowRight", "error"),
        ("ArrowDown", "non-strict"),
        ("ArrowDown", "fail"),
        ("Home", "DHCP-21"),
        ("ArrowUp", "ARP-02"),
        ("Control+End", "excluded"),
        ("Control+Home", "ARP-01"),
        ("PageDown", "DHCP-22"),
        ("ArrowUp", "DHCP-21"),
        ("End", "fail"),
    ):
        press(key)
        assert seen.focused() == text
    press("Enter")
    dialog = seen.dialog()
    assert dialog.locator("h2").inner_text() == "DHCP-21"
    assert seen.focused() == "DHCP-21"
    press("j")
    seen.page.locator("dialog h2", has_text="DHCP-22").wait_for()
    press("k")
    seen.page.locator("dialog h2", has_text="DHCP-21").wait_for()
    press("Escape")
    dialog.wait_for(state="hidden")
    assert seen.focused() == "fail"
    assert seen.address() == ""


def test_the_focus_stays_in_the_dialog_and_can_be_seen(matrix, visit):
    seen = visit(matrix).open("#DHCP-21/bad%2Fone")
    seen.dialog()

    for _ in range(20):
        seen.page.keyboard.press("Tab")
        inside, outlined = seen.page.evaluate(
            """() => {
                const element = document.activeElement;
                const inside = element === document.body || element.closest("dialog") !== null;
                return [inside, getComputedStyle(element).outlineStyle !== "none"];
            }"""
        )
        assert inside
        assert outlined or seen.page.evaluate("document.activeElement === document.body")


def test_the_browsers_way_back_closes_the_details(matrix, visit):
    seen = visit(matrix)
    seen.page.locator("#ARP-01 td[data-target='good one'] a").click()
    dialog = seen.dialog()

    seen.page.go_back()

    dialog.wait_for(state="hidden")


def test_a_screen_reader_hears_a_table_with_headers(matrix, visit):
    page = visit(matrix).page

    table = page.get_by_role("table", name="The verdict on each requirement")
    headers = table.get_by_role("columnheader").all_inner_texts()
    assert headers == ["ID", "Level", "Requirement", "good one", "bad/one"]
    row = table.get_by_role("row").filter(has_text="DHCP-21")
    assert row.get_by_role("rowheader").inner_text() == "DHCP-21"
    assert row.get_by_role("link", name="fail", exact=True).count() == 1
    assert page.locator("#count").get_attribute("aria-live") == "polite"
    for name in ("Area", "Level", "Target"):
        assert page.get_by_role("combobox", name=name).count() == 1
    assert page.get_by_role("searchbox", name="Search by ID or words").count() == 1
    assert page.get_by_role("checkbox", name="non-strict").count() == 1
    page.locator("#DHCP-21 a").first.click()
    page.get_by_role("dialog", name="DHCP-21").wait_for()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing(matrix, visit, scheme, width):
    seen = visit(matrix, width=width, scheme=scheme, bypass_csp=True, reduced_motion="reduce")

    for address in ("", "#DHCP-21/bad%2Fone", "#ARP-01/bad%2Fone", "#ARP-02"):
        seen.open(address)
        if address:
            seen.dialog()
        found = Axe().run(seen.page)
        assert found.violations_count == 0, json.dumps(found.response["violations"], indent=1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_narrow_window_shows_all_without_scrolling_sideways(matrix, visit, scheme):
    seen = visit(matrix, width=390, height=844, scheme=scheme)
    widths = "[document.documentElement.scrollWidth, innerWidth]"

    assert seen.page.evaluate(widths) == [390, 390]
    cell = seen.page.locator("#DHCP-21 td[data-target='bad/one']")
    assert cell.evaluate("cell => getComputedStyle(cell, '::before').content") == '"bad/one"'
    assert cell.locator("a").bounding_box()["x"] < 390
    table = seen.page.get_by_role("table", name="The verdict on each requirement")
    assert table.get_by_role("row").filter(has_text="DHCP-21").get_by_role("link").count() == 3
    cell.locator("a").click()
    dialog = seen.dialog()
    assert dialog.evaluate("dialog => [dialog.scrollWidth, dialog.clientWidth]") == [390, 390]
    assert seen.page.evaluate(widths) == [390, 390]


def test_hostile_text_is_text(write, report, visit, tmp_path):
    rules = {"ARP-01": ("MUST", HOSTILE)}
    told = failure("ARP-01", difference=[HOSTILE], said=[HOSTILE], traceback=HOSTILE) | {
        "message": HOSTILE,
        "timeline": [f"  1   0.000000 < {HOSTILE}", HOSTILE],
        "differences": [{"frame": 1, "field": HOSTILE, "expected": HOSTILE, "actual": HOSTILE}],
    }
    results = document(f"x{HOSTILE}", [told], rules=rules, baseline={"ARP-01": HOSTILE})
    results["areas"]["arp"] = HOSTILE
    results["problems"] = [HOSTILE]
    results["requirements"]["ARP-01"] |= {"source": [HOSTILE], "quote": HOSTILE}
    report(write(results, "hostile"), "--html", "m.html")

    seen = visit(tmp_path / "m.html")
    seen.page.locator("#ARP-01 td[data-target] a").click()
    dialog = seen.dialog()

    assert dialog.inner_text().count("</script><script>") >= 10
    assert "{{ 7 * 7 }}" in dialog.inner_text()
    assert seen.page.evaluate("window.broken") is None
    assert seen.page.locator("img").count() == 0


def test_a_real_failure_is_told_with_what_was_expected(report, visit, tmp_path):
    (tmp_path / "none.toml").touch()
    where = f"--artifacts={tmp_path / 'artifacts'}"
    nothing_known = f"--baseline={tmp_path / 'none.toml'}"

    ran = main(["run", "-q", "--target=libslirp", where, nothing_known, "TFTP-08"])
    status, _, said = report("artifacts/libslirp/results.json", "--html", "m.html")

    assert (ran, status, said) == (1, 0, "")
    dialog = visit(tmp_path / "m.html").open("#TFTP-08/libslirp").dialog()
    opened = dialog.locator("details[open]")
    fields = [
        row.locator("th, td").all_inner_texts()
        for row in opened.locator("table.values tbody tr").all()
    ]
    assert [row[1:3] for row in fields] == [["as a whole", "a TFTP error"], ["TFTP", "there"]]
    wrong = opened.locator("table.exchange .wrong")
    assert wrong.locator("td").first.inner_text() == fields[0][0]
    assert "10.0.2.2:0 > 10.0.2.15" in wrong.inner_text()
    assert opened.locator(".files a").count() >= 1
    for link in opened.locator(".files a").all():
        assert (tmp_path / link.get_attribute("href")).is_file()


def test_the_page_is_readable_without_scripts(matrix, chromium):
    context = chromium.new_context(java_script_enabled=False)
    try:
        page = context.new_page()
        page.goto(matrix.as_uri())

        assert page.locator("#DHCP-21").inner_text().split("\t")[-1].strip() == "fail"
        assert page.locator("noscript").is_visible()
        assert not page.locator("#tools").is_visible()
    finally:
        context.close()


def test_nine_targets_by_all_requirements_stay_small(write, report, visit, tmp_path):
    rules = {
        f"A{area}-{number:02}": ("MUST", f"Rule {number} says what must be done in area {area}.")
        for area in range(30)
        for number in range(1, 20)
    }
    files = []
    for target in range(9):
        cases = [
            case(name, name=f"test_{name}_{part}", message="m" * part, artefacts=[])
            for name in rules
            for part in range(5)
        ]
        files.append(write(document(f"target{target}", cases, rules=rules)))
    report(*files, "--html", "m.html")

    seen = visit(tmp_path / "m.html")

    assert (tmp_path / "m.html").stat().st_size < 4_000_000
    assert seen.page.locator(".requirement td > .mark").count() == 9 * len(rules)
    seen.page.fill("#search", "A7-11")
    assert seen.rows() == ["A7-11"]
