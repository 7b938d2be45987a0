"""The documentation site in a browser: it needs no network, the search works, and axe finds nothing."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.docs.running import ROOT
from tests.test_html import AXE, CHROMIUM

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGES = [
    "index.html", "tutorial.html", "reference/settings.html", "rules/status-value.html",
    "reference/kinds.html",
]  # fmt: skip
"""Each kind of page."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site, built as `make docs` does; a broken link fails."""
    folder = tmp_path_factory.mktemp("site")
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copy(ROOT / "zensical.toml", folder)
    command = [str(Path(sys.executable).with_name("zensical")), "build", "--strict", "--clean"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder / "site"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        yield browser
        browser.close()


def opened(browser: Browser, file: Path, width: int = 1280, scheme: Any = "light") -> Page:
    """A page of the site, from its file; what it asks of a network fails the test when it is closed."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_load_state("load")

    def fail(_: Page) -> None:
        outside = [
            url for url in asked if not url.startswith(("file:", "data:", "blob:", "about:"))
        ]
        assert outside == []

    page.on("close", fail)
    return page


def test_no_page_names_what_is_elsewhere(site: Path) -> None:
    """Scripts, styles, fonts and pictures."""
    all_loaded: list[str] = []
    for file in site.rglob("*.html"):
        text = file.read_text(encoding="utf-8")
        loaded = re.findall(r"<(?:script|img|iframe)[^>]*?src=\"?([^\" >]+)", text)
        loaded += re.findall(
            r"<link(?=[^>]*rel=\"?(?:stylesheet|preload|preconnect|icon))[^>]*?href=\"?([^\" >]+)",
            text,
        )
        assert [address for address in loaded if re.match(r"(https?:)?//", address)] == [], (
            file.name
        )
        all_loaded += loaded
    assert all_loaded
    for file in site.rglob("*.css"):
        assert re.search(r"url\([\"']?(https?:)?//", file.read_text(encoding="utf-8")) is None, (
            file.name
        )


def test_every_rule_has_its_address(site: Path) -> None:
    from dispatch_lint.addresses import DOCUMENTATION
    from dispatch_lint.api import known_rules
    from dispatch_lint.config.settings import Settings
    from dispatch_lint.rule_pages import address_of

    for rule in known_rules(Settings()).values():
        path = str(address_of(rule)).removeprefix(f"{DOCUMENTATION}/")
        assert (site / path).is_file(), path


def test_the_search_works_without_a_server(browser: Browser, site: Path) -> None:
    page = opened(browser, site / "index.html")
    link = page.locator("a[href*='rules/unresolved-reference.html']").first
    for _ in range(20):  # the page says nowhere that its script is ready
        page.keyboard.press("Escape")
        page.keyboard.press("/")
        page.keyboard.type("unresolved reference", delay=10)
        page.wait_for_timeout(500)
        if link.count():
            break
    link.click()
    page.wait_for_url("**/rules/unresolved-reference.html*")
    page.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (400, "dark")])
def test_accessibility(browser: Browser, site: Path, width: int, scheme: str) -> None:
    if not AXE.exists():
        pytest.skip("axe is not installed: make editors")
    serious = []
    for name in PAGES:
        page = opened(browser, site / name, width, scheme)
        page.add_script_tag(path=AXE)
        page.wait_for_timeout(300)  # colours fade in
        found = page.evaluate(
            "axe.run().then((result) => result.violations.map((one) => [one.impact, one.id, one.nodes[0].html]))"
        )
        serious += [(name, *one) for one in found if one[0] in ("serious", "critical")]
        if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            serious.append((name, "wider than the window"))
        page.close()
    assert serious == []
