"""Flower in a real browser, while the service runs: the workers, and the tasks that succeeded."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

T = TypeVar("T")
TASK = "events.extract"
CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.browser,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="Debian's chromium and chromium-driver are not here"
    ),
]


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (
        "headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run",
        "disable-background-networking", "disable-component-update", "disable-sync",
        "no-proxy-server", "disable-dev-shm-usage", "window-size=1400,1000",
        f"user-data-dir={tmp_path / 'profile'}",
    ):  # fmt: skip
        options.add_argument(f"--{flag}")
    driver = webdriver.Chrome(options, webdriver.ChromeService(str(DRIVER)))
    yield driver
    driver.quit()


def rows(browser: webdriver.Chrome, table: str) -> list[list[str]]:
    """The cells of a table, row by row, as a person reads them."""
    found = browser.find_elements(By.CSS_SELECTOR, f"#{table} tbody tr")
    return [[cell.text for cell in row.find_elements(By.TAG_NAME, "td")] for row in found]


def until(browser: webdriver.Chrome, condition: Callable[[webdriver.Chrome], T]) -> T:
    """Wait for a condition; a table that is drawn anew while it is read is read again."""
    wait = WebDriverWait(browser, 30, ignored_exceptions=[StaleElementReferenceException])
    return wait.until(condition)


def test_flower_shows_both_workers_online_and_the_tasks_that_succeeded(demarche, browser):
    service = demarche("run", "--stay")
    service.wait_for(lambda: "keeps running" in service.text, 180)

    def online(_: object) -> set[str]:
        browser.get(f"{service.flower_url}/workers")
        return {
            row[0].partition("@")[0]
            for row in rows(browser, "workers-table")
            if row[0].partition("@")[0] in ("fetcher", "extractor") and row[1] == "Online"
        }

    until(browser, lambda b: online(b) == {"fetcher", "extractor"})

    browser.get(f"{service.flower_url}/tasks")
    search = until(browser, lambda b: b.find_element(By.CSS_SELECTOR, "input[type=search]"))
    search.send_keys(f"name:{TASK} state:SUCCESS")

    def succeeded(_: object) -> bool:
        shown = [row for row in rows(browser, "tasks-table") if len(row) > 1]
        return bool(shown) and all((row[0], row[2]) == (TASK, "SUCCESS") for row in shown)

    until(browser, succeeded)
    assert "extractor@" in browser.find_element(By.ID, "tasks-table").text
