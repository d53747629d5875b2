"""Commands: parse, call, print. Documents go to standard output, everything else to standard error.

Exit codes: 0 done; 1 refused, not found, or a check that failed; 2 bad usage, bad settings or an invalid file.
"""

from __future__ import annotations

import asyncio
import csv
import gc
import json
import logging
import re
import signal
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console

from bot.settings import BadUsage, Only, Settings, read_settings
from conversations.errors import ReadinessError

app = typer.Typer(
    name="ai-readiness",
    help="Asks what an AI pilot needs for production, keeps the answers and goes after the gaps.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
packs_app = typer.Typer(help="The sets of questions.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(packs_app, name="packs")
manifest_app = typer.Typer(help="What a platform is told of the app.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(manifest_app, name="manifest")
people_app = typer.Typer(help="What is kept about one person.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(people_app, name="people")
outbox_app = typer.Typer(help="What could not be sent.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(outbox_app, name="outbox")


class ReportFormat(StrEnum):
    TEXT = "text"
    MD = "md"
    JSON = "json"
    CSV = "csv"


class ReplayFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


class ListFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


class ExportFormat(StrEnum):
    JSON = "json"


class OutboxFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


class TickFormat(StrEnum):
    TEXT = "text"
    JSON = "json"


def main() -> None:
    """The console script. What went wrong is one clear sentence on standard error."""
    from conversations.pack_files.parser import PackFaults

    logging.getLogger().addHandler(logging.NullHandler())  # a command says what went wrong itself, in a sentence
    try:
        app()
    except (BadUsage, PackFaults) as error:
        _stop(str(error), 2)
    except ReadinessError as error:
        _stop(str(error), 1)


def _stop(sentence: str, code: int) -> NoReturn:
    typer.echo(sentence, err=True)
    raise SystemExit(code)


def _moment(text: str, option: str = "--at") -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        _stop(f"{option}: {text!r} is no moment; write one like 2026-11-23T09:00:00+00:00", 2)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


@app.command()
def chat(
    project: Annotated[str | None, typer.Argument(help="The review to start or to come back to.")] = None,
    as_: Annotated[str, typer.Option("--as", metavar="NAME", help="Who you are.")] = "you",
    pack: Annotated[str | None, typer.Option(help="The questions of a new review.")] = None,
    at: Annotated[str | None, typer.Option(help="The moment that the terminal's clock starts at.")] = None,
    keep_going: Annotated[bool, typer.Option(help="Go on after a line that cannot be run.")] = False,
) -> None:
    """A review in the terminal. Type `help` there."""
    from adapters.console.inbound import is_name, person_id
    from adapters.console.sender import ConsoleSender
    from bot.chat import sit_down

    settings = read_settings()
    if not is_name(as_):
        _stop("--as: say who you are in one word, like --as ana", 2)
    if project is not None and not project.strip():
        _stop('A review needs a name: ai-readiness chat "Claims Copilot"', 2)
    typed = sys.stdin is not None and sys.stdin.isatty()
    sitting = sit_down(
        settings,
        project,
        sender=lambda clock: ConsoleSender(
            Console(highlight=False), zone=settings.zone, clock=clock, speaker=person_id(as_), echo=not typed
        ),
        lines=_typed_lines,
        pack=pack,
        at=None if at is None else _moment(at),
        keep_going=keep_going or typed,  # a person at the keyboard just types again
    )
    raise SystemExit(asyncio.run(sitting))


def _typed_lines(prompt: Callable[[], str]) -> Iterator[str]:
    """From the keyboard with a prompt, or from standard input without one."""
    if sys.stdin is None:  # closed by whoever started us
        return
    if not sys.stdin.isatty():
        # A transcript is UTF-8 wherever it is played; one wrong byte is no reason to stop.
        yield from (line.decode("utf-8-sig", errors="replace") for line in sys.stdin.buffer)
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the event loop's own would wait for the next line
    while True:
        try:
            yield input(prompt())
        except (EOFError, KeyboardInterrupt):
            typer.echo()
            return


@app.command()
def serve(
    only: Annotated[
        Only | None, typer.Option(help="web: hear the platforms; worker: send and keep the time. Needs PostgreSQL.")
    ] = None,
) -> None:
    """The bot on the platforms that are configured, until it is told to stop."""
    gc.disable()  # all that is loaded stays; looking through it for garbage would be a seventh of a start
    try:
        from bot.serving import serve as serve_platforms

        serve_platforms(read_settings(), only)
    finally:
        gc.enable()


@app.command()
def migrate(
    finish: Annotated[
        bool, typer.Option("--finish", help="Also what older processes could not work beside; none may be at work.")
    ] = False,
) -> None:
    """Bring the database's schema up to date."""
    from storage.database import migrate as migrate_database

    done = migrate_database(read_settings().database_url, finish=finish)
    if done.left:
        typer.echo("When no older process is at work any more, run: ai-readiness migrate --finish", err=True)
    if done.before == done.after:
        typer.echo(f"The database was up to date already, at revision {done.after}; nothing was changed.", err=True)
        return
    way = f"from revision {done.before} to {done.after}" if done.before else f"new, at revision {done.after}"
    typer.echo(f"The database is up to date: {way}.", err=True)
    if done.backup:
        typer.echo(f"A copy of it as it was: {done.backup}", err=True)


@app.command()
def backup(file: Annotated[Path, typer.Argument(help="A new file.", dir_okay=False)]) -> None:
    """A copy of a SQLite database, beside whoever works on it."""
    from bot.bootstrap import machine_clock
    from storage.backups import back_up

    back_up(read_settings().database_url, file, machine_clock())
    typer.echo(f"A copy of the database as it was now: {file}", err=True)


@app.command()
def restored(
    until: Annotated[
        str | None, typer.Option(metavar="ISO8601", help="When the lost database was worked on last; default: now.")
    ] = None,
) -> None:
    """Say that the database is a copy from before: what it holds was most likely sent since, and is not sent again."""
    from bot.restoring import note_restored

    note_restored(read_settings(), None if until is None else _moment(until, "--until"))
    typer.echo(
        "Noted: what was sent since is looked up where it can be, and nothing of that time is sent again.", err=True
    )


@app.command()
def doctor() -> None:
    """Check settings, database, packs and what could not be sent, and say what to do about each."""
    from bot.doctor import as_lines, examine

    findings = examine()
    for line in as_lines(findings):
        typer.echo(line)
    raise SystemExit(1 if any(finding.todo for finding in findings) else 0)


@app.command()
def tick(
    at: Annotated[str, typer.Option(help="By then; without a zone it is UTC.", metavar="ISO8601")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done.")] = False,
    format_: Annotated[TickFormat, typer.Option("--format")] = TickFormat.TEXT,
) -> None:
    """Everything that is due by a moment, once; then what waits to be said is said."""
    from bot import ticks

    settings, moment = read_settings(), _moment(at)
    ticked = ticks.dry_run(settings, moment) if dry_run else ticks.tick(settings, moment)
    for line in [_json(ticked.rows)] if format_ is TickFormat.JSON else ticks.as_lines(ticked.rows, settings.zone):
        typer.echo(line)
    if ticked.waiting:
        typer.echo(f"Not sent yet, and tried again later: {ticked.waiting}.", err=True)


@app.command()
def report(
    project: Annotated[str, typer.Argument(help="Its name; case and spaces do not count.")],
    format_: Annotated[ReportFormat, typer.Option("--format")] = ReportFormat.TEXT,
    tenant: Annotated[str | None, typer.Option(help="Where several reviews have the name.")] = None,
    channel: Annotated[str | None, typer.Option(help="Where several reviews have the name.")] = None,
) -> None:
    """A review as a document."""
    from adapters.documents import report_markdown, report_text
    from bot.reading import one_review, report_of
    from conversations.reports import rows_for_csv

    settings = read_settings()
    document = report_of(settings, one_review(settings, project, tenant=tenant, channel=channel))
    match format_:
        case ReportFormat.TEXT:
            typer.echo(report_text(document))
        case ReportFormat.MD:
            typer.echo(report_markdown(document))
        case ReportFormat.JSON:
            typer.echo(_json(document))
        case ReportFormat.CSV:
            csv.writer(sys.stdout).writerows(rows_for_csv(document))


@app.command()
def replay(
    project: Annotated[str, typer.Argument(help="Its name; case and spaces do not count.")],
    format_: Annotated[ReplayFormat, typer.Option("--format")] = ReplayFormat.TEXT,
    tenant: Annotated[str | None, typer.Option(help="Where several reviews have the name.")] = None,
    channel: Annotated[str | None, typer.Option(help="Where several reviews have the name.")] = None,
) -> None:
    """What today's rules would say of a review's answers otherwise. Nothing is changed."""
    from adapters.documents import replay_text
    from bot.reading import one_review, replay_of

    settings = read_settings()
    document = replay_of(settings, one_review(settings, project, tenant=tenant, channel=channel))
    typer.echo(_json(document) if format_ is ReplayFormat.JSON else replay_text(document))


@app.command(name="list")
def list_(format_: Annotated[ListFormat, typer.Option("--format")] = ListFormat.TEXT) -> None:
    """All reviews."""
    from adapters.documents import reviews_text
    from bot.reading import all_reviews

    rows = all_reviews(read_settings())
    typer.echo(_json(rows) if format_ is ListFormat.JSON else reviews_text(rows))


@app.command()
def retention(
    tenant: Annotated[str | None, typer.Option(help="A workspace or organisation; none: show all.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Its closed reviews keep their words so long.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Its closed reviews keep their words.")] = False,
    usual: Annotated[bool, typer.Option("--default", help="Again as AI_READINESS_RETENTION_DAYS says.")] = False,
) -> None:
    """For how many days closed reviews keep their words: show it, or set it for one tenant."""
    from bot.retention import as_lines, keep_as_usual, keep_for

    settings = read_settings()
    if asked := (days is not None) + keep + usual:
        if tenant is None:
            _stop("Name one with --tenant; for all others, set AI_READINESS_RETENTION_DAYS.", 2)
        if asked > 1:
            _stop("Only one of --days, --keep and --default.", 2)
        keep_as_usual(settings, tenant) if usual else keep_for(settings, tenant, days)
    for line in as_lines(settings, tenant):
        typer.echo(line)


@packs_app.command(name="list")
def packs_list() -> None:
    """The packs that a review can use."""
    from adapters.documents import packs_text
    from bot.library import load_library, shipped_rules

    typer.echo(packs_text(load_library(read_settings(), shipped_rules()).packs.values()))


@packs_app.command()
def lint(files: Annotated[list[Path], typer.Argument(help="Files of packs.", exists=True, dir_okay=False)]) -> None:
    """Print every complaint about some files as FILE:LINE: what is wrong; what would be right."""
    from bot.reading import complaints

    found = complaints(read_settings(), files)
    for complaint in found:
        typer.echo(complaint)
    raise SystemExit(2 if found else 0)


@packs_app.command(name="try")
def try_(
    item: Annotated[str | None, typer.Argument(help="An item's key, such as rollback.steps.")] = None,
    answer: Annotated[list[str] | None, typer.Argument(help="An answer to judge.")] = None,
    jsonl: Annotated[Path | None, typer.Option(help="Judge many: one JSON object a line.", exists=True)] = None,
    at: Annotated[str | None, typer.Option(help="When it is said.")] = None,
    author: Annotated[str, typer.Option(help="Who says it.")] = "@you",
    decision_date: Annotated[str | None, typer.Option(help="When the decision is due, as YYYY-MM-DD.")] = None,
) -> None:
    """Judge answers as a review would, without one."""
    from adapters.documents import trial_text
    from bot.trials import Trials

    trials = Trials(
        read_settings(), at=datetime.now(UTC) if at is None else _moment(at), author=author, decision_date=decision_date
    )
    if jsonl is not None:
        for result in trials.lines(jsonl.read_bytes().split(b"\n"), str(jsonl)):
            typer.echo(json.dumps(result, ensure_ascii=False))
        return
    if item is None or not answer:
        _stop("Say what to judge: packs try ITEM ANSWER…, or packs try --jsonl FILE.", 2)
    trial = trials.one(item, " ".join(answer))
    typer.echo(trial_text(trial.item, trial.judgement))


@people_app.command(name="export")
def people_export(
    person: Annotated[str, typer.Argument(help="Their id, e-mail or whole name.")],
    tenant: Annotated[str | None, typer.Option(help="Where several people have the name.")] = None,
    format_: Annotated[ExportFormat, typer.Option("--format")] = ExportFormat.JSON,  # noqa: ARG001  # there may be others
) -> None:
    """Everything that is kept about somebody."""
    from bot.people import export, find_person

    settings = read_settings()
    typer.echo(_json(export(settings, find_person(settings, person, tenant))))


@people_app.command(name="erase")
def people_erase(
    person: Annotated[str, typer.Argument(help="Their id, e-mail or whole name.")],
    tenant: Annotated[str | None, typer.Option(help="Where several people have the name.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask again.")] = False,
) -> None:
    """Erase somebody's words and their name, for good. What was done stays."""
    from adapters.filters import plural
    from bot.erasing import erase
    from bot.people import find_person

    settings = read_settings()
    found = find_person(settings, person, tenant)
    for account in found.accounts:
        typer.echo(f"{account.id} on {account.platform}, in {account.tenant}", err=True)
    asks = "This cannot be undone. To go on, say again whom to erase"
    if not yes and typer.prompt(asks, err=True).strip() != person.strip():
        _stop("That is not what you said before. Nothing was changed.", 1)
    done = erase(settings, found.accounts, found.names)
    typer.echo(
        f"Erased: {plural(done.words, 'piece')} of what they said, in {plural(done.reviews, 'review')}; "
        f"{plural(done.revised, 'message')} will be shown without it. Copies of the database still have everything, "
        "and the platform what people posted there.",
        err=True,
    )


@manifest_app.command(name="slack")
def manifest_slack(
    socket: Annotated[bool, typer.Option("--socket", help="For Socket Mode: Slack calls nobody.")] = False,
) -> None:
    """Slack's app manifest, to create or update the app from."""
    from adapters.slack.manifest import manifest, to_yaml

    public_url = read_settings().public_url
    if public_url is None and not socket:
        _stop("PUBLIC_URL: set it to where Slack can call, as in https://readiness.acme.io, or use --socket.", 2)
    typer.echo(to_yaml(manifest(public_url, socket=socket)), nl=False)


@manifest_app.command(name="teams")
def manifest_teams(
    out: Annotated[Path | None, typer.Option(help="Write the package to upload, a zip file.", dir_okay=False)] = None,
    without_channel_reading: Annotated[
        bool, typer.Option("--without-channel-reading", help="Only what mentions the bot is heard in channels.")
    ] = False,
    app_version: Annotated[
        str | None, typer.Option(metavar="X.Y.Z", help="Teams takes an update only with a higher one.")
    ] = None,
) -> None:
    """Teams' app manifest; with --out the whole package, with its icons."""
    from importlib.metadata import version

    from adapters.teams.manifest import manifest, package, to_json

    app_id, public_url = _teams_app(read_settings())
    if app_version and not re.fullmatch(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}", app_version):
        _stop(f"--app-version: {app_version!r} is none; write three numbers, as in 1.2.0", 2)
    document = manifest(
        app_id,
        public_url,
        version=app_version or version("ai-readiness"),
        reads_channels=not without_channel_reading,
    )
    if out is None:
        typer.echo(to_json(document), nl=False)
        return
    try:
        out.write_bytes(package(document))
    except OSError as error:
        _stop(f"--out: {out} cannot be written ({error.strerror}).", 2)
    typer.echo(f"{out} can be uploaded to Teams.", err=True)


def _teams_app(settings: Settings) -> tuple[str, str]:
    """The app's id and where Teams calls it."""
    from adapters.teams.manifest import GUID

    lacking = []
    if not GUID.fullmatch(settings.teams_app_id or ""):
        lacking.append("TEAMS_APP_ID: set it to the Application (client) ID of the app's registration in Entra.")
    if settings.public_url is None:
        lacking.append("PUBLIC_URL: set it to where Teams can call, as in https://readiness.acme.io.")
    if settings.teams_app_id is None or settings.public_url is None or lacking:
        _stop("\n".join(lacking), 2)
    return settings.teams_app_id, settings.public_url


@outbox_app.command(name="list")
def outbox_list(format_: Annotated[OutboxFormat, typer.Option("--format")] = OutboxFormat.TEXT) -> None:
    """What is parked, and why."""
    from bot import parked

    found = parked.listed(read_settings())
    for line in [_json(parked.rows(found))] if format_ is OutboxFormat.JSON else parked.as_lines(found):
        typer.echo(line)


@outbox_app.command(name="retry")
def outbox_retry(
    deliveries: Annotated[list[str] | None, typer.Argument(help="Their names, as outbox list has them.")] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everything that is parked.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also what may have arrived, where nobody can look.")] = False,
) -> None:
    """Send again what is parked. What may have arrived is looked up first."""
    from bot import parked

    if all_ == bool(deliveries):
        _stop("Say what to send again: outbox retry DELIVERY…, or outbox retry --all.", 2)
    for line in parked.retried_lines(parked.retry(read_settings(), deliveries or (), again=again)):
        typer.echo(line, err=True)


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2, default=str)
