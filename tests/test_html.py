"""The page, as a browser shows it."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.command import run

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

sync_api = pytest.importorskip("playwright.sync_api")
CHROMIUM = shutil.which("chromium")
AXE = Path(__file__).parent.parent / ".venv/editors/axe/node_modules/axe-core/axe.min.js"
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
HOSTILE = [
    "<script>alert(1)</script>",
    "</style><b>x",
    "\u202eevil\u202c",
    "x" * 10_000,
    "'\"><img src=x>",
]
FILES = {
    "a.yaml": "kind: Image\nname: nodejs\nbaseImageName: b\n---\nkind: Function\nname: hello\nimage: nodjs\n"
    "---\nkind: Function\nname: fine\nimage: nodejs\nstatus: ready\n",
    "b.jsonl": "".join(
        json.dumps({"kind": "Function", "name": name, "organizationId": name, "image": name, "status": name}) + "\n"
        for name in HOSTILE
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def report(folder: Path, files: dict[str, str], *more: str) -> Path:
    for name, text in files.items():
        (folder / name).write_text(text)
    run(folder, "check", ".", "--isolated", "-f", "html", "-o", "report.html", *more)
    return folder / "report.html"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return report(tmp_path_factory.mktemp("report"), FILES)


def opened(browser: Browser, file: Path, *, width: int = 1280, scheme: Any = "light") -> Page:
    """The page; whatever it says on the console, or asks of a network, fails the test."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda one: None if one.url.startswith("file:") else said.append(one.url))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(file.as_uri())
    page.wait_for_selector("body[data-ready]", timeout=30_000)
    assert not said, said
    page.on("close", lambda _: None if not said else pytest.fail(str(said)))
    return page


def rows(page: Page) -> int:
    """How many violations the table says fit the filters."""
    text = page.locator(".dt-info").inner_text()
    match = re.search(r"of ([\d,]+) entr", text)
    return int(match[1].replace(",", "")) if match else 0


def test_totals_filters_and_sorting(browser: Browser, file: Path) -> None:
    page = opened(browser, file)
    every = rows(page)
    assert every > 10
    bar = page.locator('.chart button[data-facet="rule"][data-value="status-value"]')
    count = int(bar.locator(".n").inner_text())
    bar.click()
    assert rows(page) == count < every
    assert bar.get_attribute("aria-pressed") == "true"
    page.locator("#filters button").click()
    assert rows(page) == every
    page.get_by_label("Search").fill("nodjs")
    assert rows(page) == 1
    page.get_by_label("Search").fill("")
    page.wait_for_function("document.querySelector('.dt-info').innerText.includes('1 to 2')")
    page.locator("thead th", has_text="rule").click()
    page.wait_for_selector("thead th[aria-sort=ascending]")
    names = page.locator("tbody tr td:nth-child(2)").all_inner_texts()
    assert names == sorted(names)
    page.close()


def test_a_violation_is_explained_by_the_keyboard(browser: Browser, file: Path) -> None:
    page = opened(browser, file)
    page.get_by_label("Search").fill("nodjs")
    button = page.locator("td.message > button")
    button.focus()
    page.keyboard.press("Enter")
    detail = page.locator(".detail").inner_text()
    assert (
        "image: nodjs" in detail
        and "section “Name and IDs”" in detail
        and "create the Image" in detail
    )
    assert page.locator(".detail mark").inner_text() == "nodjs"
    page.keyboard.press("Enter")
    assert page.locator(".detail").count() == 0
    page.close()


def test_from_the_graph_to_the_table(browser: Browser, file: Path) -> None:
    page = opened(browser, file)
    page.locator("#broken button", has_text="nodjs").click()
    entities = set(page.locator("td.entity").all_inner_texts())
    assert entities == {"-/Function/hello"}
    page.locator("#filters button").click()
    page.locator("#graph").scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    place = page.evaluate(
        """() => { const graph = window.estateGraph; const node = graph.$("node.broken").filter(
            (one) => one.id() === "-/Image/nodjs"); const at = node.renderedPosition();
            const box = document.getElementById("graph");
            box.scrollTo(at.x - box.clientWidth / 2, at.y - box.clientHeight / 2);
            const edge = graph.container().getBoundingClientRect();
            return [at.x + edge.x, at.y + edge.y]; }"""
    )
    page.mouse.move(*place)
    page.mouse.click(*place)
    page.wait_for_selector("#filters button")
    assert set(page.locator("td.entity").all_inner_texts()) == {"-/Function/hello"}
    page.close()


def test_hostile_names_are_text(browser: Browser, file: Path) -> None:
    page = opened(browser, file)
    assert page.locator("main script, main img, main b:not(.cards b)").count() == 0
    page.locator(".dt-length select").select_option("100")
    text = page.locator("tbody").inner_text()
    assert "<script>" in text and "\u202e" not in text and "\\u202e" in text
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_accessibility(browser: Browser, file: Path, width: int, scheme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe is not installed: make editors")
    page = opened(browser, file, width=width, scheme=scheme)
    page.locator("td.message > button").first.click()
    # Past the policy of the page, which lets no other script in.
    session = page.context.new_cdp_session(page)
    session.send("Runtime.evaluate", {"expression": AXE.read_text()})
    found = page.evaluate(
        "axe.run().then((said) => said.violations.map((one) => [one.id, one.nodes[0].html]))"
    )
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.close()


def test_print(browser: Browser, file: Path) -> None:
    page = opened(browser, file)
    page.emulate_media(media="print")
    assert page.locator(".dt-search").is_hidden() and page.locator("#charts").is_visible()
    assert len(page.pdf()) > 10_000
    page.close()


def test_many_violations(browser: Browser, tmp_path: Path) -> None:
    text = "".join(
        f'{{"kind":"Secret","name":"a {number}","organizationId":"o{number % 50}","status":"x"}}\n'
        for number in range(3_000)
    )
    (tmp_path / "dispatch-lint.toml").write_text("[limits]\nviolations-per-file = 30_000\n")
    (tmp_path / "a.jsonl").write_text(text)
    run(tmp_path, "check", ".", "-f", "html", "-o", "report.html")
    page = opened(browser, tmp_path / "report.html")
    assert rows(page) > 20_000
    taken = page.evaluate(
        """() => { const start = performance.now();
            document.querySelector('.chart button[data-value="name-format"]').click();
            return performance.now() - start; }"""
    )
    assert rows(page) == 3_000
    print(f"a filter over 20,000 violations: {taken:.0f} ms")
    page.close()


def test_without_violations(browser: Browser, tmp_path: Path) -> None:
    file = report(tmp_path, {"a.yaml": "kind: Secret\nname: a\nsecrets: {}\n"})
    page = opened(browser, file)
    assert "No deviations" in page.locator("body").inner_text()
    assert page.locator("#graph-section").is_hidden()
    page.close()
