"""Whatever is written while a test runs holds no secret, and nothing that anybody typed: a pytest plugin.

The product's own log goes where it goes in truth, in its own form and at its own levels, and so does what child
processes write: to standard error, which pytest keeps for the reports. Each report is looked through. Standard output
is not: documents, conversations and reports are answers to who asked.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Generator, Iterable

import pytest

from bot.logs import log_to_stderr
from tests.fake_slack_state import CLIENT_SECRET, SIGNING_SECRET
from tests.fake_teams_state import APP_PASSWORD

_SHORTEST = 12  # characters of a text that cannot stand in a log by chance
_SECRET = re.compile(
    r"xox[a-z][-.]\w"  # Slack's tokens, and those that renew them
    r"|xapp-\w"
    r"|/link/"  # sockets with their tickets
    r"|/hooks/response/"
    r"|code-of-"  # what is changed for a token
    r"|Bearer \w|eyJ[\w-]+\.|ey\.token"
    r"|(?<![\w-])[\w-]{43}="  # Fernet's keys
    r"|gAAAA"  # what was sealed with one
    rf"|{re.escape(SIGNING_SECRET)}|{re.escape(CLIENT_SECRET)}|{re.escape(APP_PASSWORD)}"
)
_written_by_people: set[str] = set()


def people_wrote(texts: Iterable[object]) -> None:
    """What people have written until the end of this test; words and names are left out."""
    _written_by_people.update(
        each for each in texts if isinstance(each, str) and len(each) >= _SHORTEST and " " in each
    )


def told(written: str) -> list[str]:
    """The secrets and the answers in what was written."""
    return [*_SECRET.findall(written), *(each for each in sorted(_written_by_people) if each in written)]


def pytest_sessionstart() -> None:
    log_to_stderr()
    logging.getLogger().setLevel(logging.WARNING)  # what else tests use has no such rule
    for package in ("adapters", "bot", "conversations", "storage"):
        logging.getLogger(package).setLevel(logging.INFO)


def pytest_sessionfinish() -> None:
    logging.getLogger().handlers.clear()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(call: pytest.CallInfo[None]) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    written = "".join(text for name, text in report.sections if "stderr" in name)
    if found := told(written):
        report.outcome = "failed"
        report.longrepr = f"This was written to standard error, where no secret and no answer belongs: {found}"
    if call.when == "teardown":
        _written_by_people.clear()
    return report
