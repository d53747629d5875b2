"""`ai-readiness chat`: the loop between a person's lines and what the bot says to them.

A line becomes an activity and a turn, like on any platform; the relay prints the answer. A line is acknowledged by
its number, which the database has counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from adapters.console.inbound import (
    PLATFORM,
    is_name,
    person_id,
    to_activity,
    to_deletion,
    to_edit,
    to_form,
)
from adapters.console.sender import ConsoleSender
from bot.bootstrap import Application, running
from bot.chat_clock import ChatClock, ClockWouldGoBack, to_moment
from bot.chat_world import CHANNEL, TENANT, World, own_key
from bot.settings import Settings
from conversations.activities import Activity, ActivityKind, Button, ConversationReference
from conversations.board import board
from conversations.cards import FormCard, HelpCard, Tap
from conversations.effects import Turn, Whisper
from conversations.names import folded_name
from conversations.packs import Question
from conversations.review import LIVING, Review
from conversations.standing import stand
from storage.queries import newest_moment, reviews, typed_lines
from storage.unit_of_work import Reach, no_op

EXAMPLE = "Example project"
SLASHES = {
    "/as NAME": "act as somebody else",
    "/at +3d": "move the clock: +3d, +2h or a moment like 2026-12-01T09:00",
    "/form [QUESTION]": "fill in a question's form",
    "/change N TEXT": "edit your line number N",
    "/remove N": "delete your line number N",
    "/left NAME": "somebody has left the company",
    "/archived #NAME": "a channel was closed",
    "/nudges": "who will be written to, when and why; nothing is sent",
    "/digest": "your weekly digest, as it would be now",
    "/report": "the whole review",
    "/status": "where it stands",
    "/help": "the words to type",
    "/quit": "leave; nothing is lost",
}
WHICH_LINE = "Say which of your lines, and for a change the new words: /change 3 The new words, or /remove 3."
HOW_FAR = "Say how far: /at +3d, /at +2h, or a moment like /at 2026-12-01T09:00."
_HOW_TO = {
    "/as": "Say who, in one word: /as ana. A name has no / in it.",
    "/at": HOW_FAR,
    "/left": "Say who has left, as in /left @lee. A name has no / in it.",
    "/archived": "Say which channel, as in /archived #claims-help.",
}
_COMMANDS = {"/digest": "/ai-readiness digest now"}
_WORDS = ("/report", "/status", "/help", "/about", "/mine", *_COMMANDS)


@dataclass(slots=True, kw_only=True)
class Chat:
    """One sitting at the terminal."""

    application: Application
    sender: ConsoleSender
    clock: ChatClock
    keep_going: bool
    world: World
    reach: Reach = no_op
    review: Review | None = None
    number: int = 0  # of the newest line that was typed as a message
    line_number: int = 0  # of the input
    refused: bool = False
    given_back: str | None = None  # a line that a form did not take

    # --- coming and going --------------------------------------------------------------------------------------------

    async def begin(self, project: str | None) -> None:
        """Comes back to the review of that name, or starts it. Raises `ClockWouldGoBack`."""
        await self._set_clock()
        await self.application.relay.drain()
        found = await self._find(project)
        if found is None:
            turn = await self._turn(self._activity(f"/ai-readiness start {EXAMPLE if project is None else project}"))
            await self._enter(turn.review if turn else None)
        else:
            await self._enter(found)
            self._show_again(found)
            self._know(await self.world.lapse(found))
        self._know(await self.world.tick())

    async def run(self, lines: Iterator[str]) -> int:
        """Reads to the end of input, `/quit`, or the first line that cannot be run; returns the exit code."""
        if self.review is None:  # the start was refused, and that was said
            return 1
        while (line := self._next(lines)) is not None and line.strip().casefold() != "/quit":
            self.refused = False
            await self._take(line, lines)
            self._know(await self.world.tick())
            if self.refused:
                self.sender.not_carried_out(self.line_number)
                if not self.keep_going:
                    return 1
        return 0

    async def farewell(self) -> None:
        """Where the review stands, and the command to come back."""
        if self.review is not None:
            self.sender.farewell(board(stand(self.review, self.clock()))["root"])

    def prompt(self) -> str:
        return self.sender.prompt(self.number + 1)

    # --- one line ----------------------------------------------------------------------------------------------------

    def _next(self, lines: Iterator[str]) -> str | None:
        """The next line: one that a form has given back, else one of the input."""
        given_back, self.given_back = self.given_back, None
        if given_back is not None:
            return given_back
        for line in lines:
            self.line_number += 1
            return line.rstrip("\r\n")
        return None

    async def _take(self, line: str, lines: Iterator[str]) -> None:
        slash = _is_slash(line)
        if not line.strip():
            return
        if slash and not line.casefold().startswith("/ai-readiness"):
            self.sender.heard(None, line)
            await self._slash(line, lines)
            return
        number = None if slash else self.number + 1
        self.sender.heard(number, line)
        turn = await self._turn(self._activity(line, number))
        self.number = number or self.number
        self.reach("acked")
        await self._follow(turn, lines)

    async def _turn(self, activity: Activity) -> Turn | None:
        turn = await self.application.runner.run(activity)
        await self.application.relay.drain()
        if turn is not None:
            self.refused = self.refused or turn.refused
            if turn.review is not None and turn.review is not self.review:
                other = self.review is not None and turn.review.id != self.review.id
                self.review = turn.review
                if other:
                    await self._enter(turn.review)
        return turn

    async def _follow(self, turn: Turn | None, lines: Iterator[str]) -> None:
        """A form that was opened takes the lines that follow, one a field; help has the terminal's own lines too."""
        for effect in turn.effects if turn else ():
            card = effect.card if isinstance(effect, Whisper) else None
            if isinstance(card, FormCard):
                await self._fill(card, lines)
            elif isinstance(card, HelpCard):
                self.sender.table("In the terminal also:", SLASHES)

    async def _fill(self, form: FormCard, lines: Iterator[str]) -> None:
        values: dict[str, str] = {}
        self.sender.note("/leave leaves the form without saving.")
        for number, field in enumerate(form.fields, 1):
            self.sender.asks_field(number, field)
            line = self._next(lines)
            if line is None:
                break
            self.sender.heard(None, line)
            if _is_slash(line):
                self.given_back = None if line.strip().casefold() == "/leave" else line
                values = {}
                break
            values |= {field.name: line.strip()} if line.strip() else {}
        if not values:
            self.sender.note("The form is closed; nothing was changed.")
            return
        who, at = self.sender.speaker, self.clock()
        turn = await self._turn(to_form(form, values, who=who, reference=self.reference, at=at, key=own_key()))
        if form.name == "about" and turn is not None and not turn.refused:
            self.sender.note("Noted; `about` shows it.")  # most of it is on no card

    # --- lines that begin with a slash -------------------------------------------------------------------------------

    async def _slash(self, line: str, lines: Iterator[str]) -> None:
        word, _, rest = line.strip().partition(" ")
        word, rest = word.casefold(), rest.strip()
        if word == "/as" and is_name(rest):
            self.sender.acts_as(person_id(rest))
        elif word == "/at" and rest:
            await self._move(rest)
        elif word == "/form":
            await self._open_form(rest, lines)
        elif word in _WORDS:
            said = _COMMANDS.get(word) or line.strip()[1:]
            await self._follow(await self._turn(self._activity(said)), lines)
        elif word == "/nudges":
            await self.world.say_what_comes()
        elif word in ("/change", "/remove"):
            await self._correct(word, rest)
        elif word == "/left" and is_name(rest):
            self._know(await self.world.somebody_left(rest))
        elif word == "/archived" and len(rest.split()) == 1:
            self._know(await self.world.channel_closed(rest))
        elif word in _HOW_TO:
            self._refuse(_HOW_TO[word])
        else:
            self.sender.table(f"I don't know {word}. These lines I do:", SLASHES)
            self.refused = True

    async def _open_form(self, words: str, lines: Iterator[str]) -> None:
        question = self._question(words) if words and self.review else None
        if words and question is None:
            names = ", ".join(question.key for question in self._questions())
            self._refuse(f"There is no question called {words}. The questions are {names}.")
            return
        tap = Tap.ANSWER if question else Tap.NEXT
        activity = self._activity("")
        button = Button(act=tap.value, choice=question)
        await self._follow(await self._turn(replace(activity, kind=ActivityKind.BUTTON, button=button)), lines)

    def _question(self, words: str) -> str | None:
        wanted = words.casefold()
        return next(
            (q.key for q in self._questions() if wanted in (q.key, q.short.casefold(), q.title.casefold())), None
        )

    def _questions(self) -> tuple[Question, ...]:
        """Those of the review, with what its intake has brought."""
        return stand(self.review, self.clock()).pack.questions if self.review else ()

    async def _move(self, words: str) -> None:
        moment = to_moment(words, self.clock())
        if moment is None:
            self._refuse(HOW_FAR)
        elif moment < self.clock():
            self._refuse(str(ClockWouldGoBack()))
        elif await self.world.has_platforms():
            self._refuse(
                "This database holds reviews of Slack or Teams; their clock is the machine's and does not move."
            )
        else:
            self._know(await self.world.move_to(moment))

    def _know(self, known: Mapping[str, Review]) -> None:
        """What has become of the review that is open here."""
        self.review = known.get(self.review.id, self.review) if self.review else None

    async def _correct(self, word: str, words: str) -> None:
        """`/change` and `/remove`: what people do to messages that they have sent."""
        number, _, text = words.partition(" ")
        if not number.isdecimal() or not 0 < int(number) <= self.number or (word == "/change") is not bool(text):
            newest = f" The newest is number {self.number}." if self.number else " There is none yet."
            self._refuse(WHICH_LINE + newest)
            return
        who, at, n = self.sender.speaker, self.clock(), int(number)
        activity = (
            to_edit(text, number=n, who=who, reference=self.reference, at=at, key=own_key())
            if word == "/change"
            else to_deletion(n, who=who, reference=self.reference, at=at, key=own_key())
        )
        turn = await self._turn(activity)
        if turn is not None and not turn.effects:
            self.sender.note("Noted. Nothing in the review changes by it.")

    def _refuse(self, sentence: str) -> None:
        self.refused = True
        self.sender.note(sentence)

    # --- what is there -----------------------------------------------------------------------------------------------

    @property
    def reference(self) -> ConversationReference:
        thread = self.review.reference.thread if self.review else None
        return ConversationReference(platform=PLATFORM, tenant=TENANT, channel=CHANNEL, thread=thread)

    def _activity(self, line: str, number: int | None = None) -> Activity:
        """A numbered line is a message; others happened only once and need no name that can be seen again."""
        speaker = self.sender.speaker
        activity = to_activity(line, number=number or 0, who=speaker, reference=self.reference, at=self.clock())
        return activity if number else replace(activity, keys=(own_key(),), source=None)

    def _words(self) -> Mapping[int, str]:
        return {act.n: act.said for act in self.review.acts if act.said} if self.review else {}

    def _show_again(self, review: Review) -> None:
        self.sender.comes_back(review.id, board(stand(review, self.clock())), self._words(), self.number)

    async def _set_clock(self) -> None:
        """Never before what the database has seen already."""
        newest = await self.application.database.read(newest_moment)
        if newest is None or newest <= self.clock():
            return
        if self.clock.chosen:
            raise ClockWouldGoBack(f"The database has been at {newest:%Y-%m-%dT%H:%M} already. {ClockWouldGoBack()}")
        self.clock.move_to(newest)

    async def _find(self, project: str | None) -> Review | None:
        found = await self.application.database.read(
            reviews, self.application.shelf, platform=PLATFORM, tenant=TENANT, channel=CHANNEL, project=project
        )
        living = [review for review in found if review.phase in LIVING]
        if project is None:
            named = [review for review in found if folded_name(review.project) == folded_name(EXAMPLE)]
            return living[0] if len(living) == 1 else next(iter(named), None)
        return next(iter([*living, *reversed(found)]), None)

    async def _enter(self, review: Review | None) -> None:
        self.review = review
        if review is not None:
            self.number = await self.application.database.read(typed_lines, review.id)  # which is its thread


async def sit_down(
    settings: Settings,
    project: str | None,
    *,
    sender: Callable[[Callable[[], datetime]], ConsoleSender],
    lines: Callable[[Callable[[], str]], Iterator[str]],
    pack: str | None = None,
    at: datetime | None = None,
    keep_going: bool = False,
    reach: Reach = no_op,
) -> int:
    """A whole sitting: `sender` is made for its clock, `lines` from what prints their prompt. Returns the exit code."""
    clock = ChatClock(at)
    screen = sender(clock)
    async with running(
        settings, {PLATFORM: screen}, command="ai-readiness chat", clock=clock, pack=pack, reach=reach
    ) as application:
        world = World(application=application, sender=screen, clock=clock, zone=settings.zone)
        chat = Chat(
            application=application, sender=screen, clock=clock, world=world, keep_going=keep_going, reach=reach
        )
        await chat.begin(project)
        code = await chat.run(lines(chat.prompt))
        await chat.farewell()
        return code


def _is_slash(line: str) -> bool:
    return line.startswith("/") and not line.startswith("//")
