"""What holds whatever four people do, in any order and after any gap of time.

@ana starts the review and @eve is of another organisation. Lines, buttons and forms are drawn from what people say,
so that most acts mean something where the review stands, and some do not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from conversations.activities import Activity, ActivityKind
from conversations.board import addressee, board
from conversations.cards import About, SummaryCard, Tap
from conversations.effects import Post, Revise, Turn
from conversations.errors import EventRefused
from conversations.events import Deleted, Edited, Event, Undone
from conversations.permissions import WHO, Who, who_may
from conversations.quiet import quiet_key
from conversations.recognizer import recognize
from conversations.reminders import Kind, looks
from conversations.review import Act, ActKind, Phase, Review, State
from conversations.scoring import ANSWERED_STATES
from conversations.standing import Standing, stand
from tests.dialogue import CORE, OF_A_REVIEW, Dialogue, a_dialogue, engine, person, short

PEOPLE = ("ana", "tom", "dana", "eve")
NAMES = {key: key.rpartition(".")[2] for key in CORE}
LATER = ("later Fri", "later 15 Jan 2027", "later", "later 2026-12-01", "later 2020-01-01")
ABOUT_PEOPLE = (
    *(f"{word} @{who}" for word in ("ask", "owner") for who in ("tom", "dana", "eve")),
    "ask me",
    "me",
    "yes",
    "no",
    "no, ask @tom",
    "not me",
    "not me, ask @eve",
)
OF_THE_REVIEW = (
    "done",
    "cancel",
    "resume",
    "pause",
    "pause until Fri",
    "date 2026-12-18",
    "date 5 Feb 2027",
    "owner me",
)
OTHERS = (
    "keep",
    "skip",
    "back",
    "undo",
    "undo",
    "not an answer",
    "use that",
    "use 1",
    "use 2",
    "edit",
    "status",
    "help",
)
TO_A_LETTER = ("snooze 1d", "snooze 1w", "snooze Fri", "snooze", "ok", "why", "not me", "keep", "later 2026-12-01")
NOT_FOR_US = ("// aside", "ok", "👍", "@tom can you look at this?", "@dana please check")
SAID = (
    "@dana",
    "@eve",
    "Dana from Claims",
    "not sure yet",
    "TBD",
    "by Friday @tom",
    "n/a because it runs in a nightly batch without users",
    "10 minutes",
    "https://wiki.acme.io/x?a=1",
    "2026-12-15",
    "#claims-ai-desk, Mon-Fri 8-18",
    "We never measured it",
    "x" * 4_001,
)
item = st.sampled_from(list(CORE))
about_an_item = st.builds(
    lambda word, key: f"{word} {NAMES[key]}",
    st.sampled_from(("edit", "accept", "reject", "keep", "yes", "no", "ask @tom", "use 2")),
    item,
)
named = st.builds(lambda key, text: f"{NAMES[key]}: {text}", item, st.sampled_from(SAID[:-1]))
complete = st.builds(lambda key: f"{key}: {CORE[key]}", item)
person_ = st.sampled_from(PEOPLE)
forms = st.dictionaries(
    item, st.one_of(st.sampled_from(SAID), st.sampled_from(list(CORE.values())), st.just("")), max_size=4
)
PROFILE = {"stage": ("scaling", "nonsense"), "lead": ("@tom", "nobody"), "decision_date": ("2026-12-20", "soon", "")}
abouts = st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in PROFILE.items()})


def _as_in(review: Review, act: Act) -> Act:
    """An act, without its words where they were erased."""
    erased = review.acts[act.n - 1].said is None
    return replace(act, said=None, person=None if act.stranger else act.person) if erased else act


class AnyDialogue(RuleBasedStateMachine):
    dialogue: Dialogue
    posted: list[str]
    deleted: set[str]  # messages

    @initialize(filled=st.sets(st.sampled_from(["run", "fail", "success", "rollback", "approve", "train"]), max_size=5))
    def starts(self, filled: set[str]) -> None:
        self.dialogue = a_dialogue(people=(person("eve", outsider=True),))
        self.posted = [effect.key for effect in self.dialogue.turn.effects if isinstance(effect, Post)]
        self.deleted = set()
        for question in sorted(filled):
            values = {key: text for key, text in CORE.items() if key.startswith(question)}
            self.happens(partial(self.dialogue.submits, "tom", question, values))

    @rule(who=person_, text=st.sampled_from(SAID), private=st.booleans())
    def says(self, who: str, text: str, private: bool) -> None:
        self.happens(lambda: self.dialogue.hears(f"{who}: {text}", private=private))

    @rule(who=person_, text=st.sampled_from(ABOUT_PEOPLE), private=st.booleans())
    def speaks_of_people(self, who: str, text: str, private: bool) -> None:
        self.happens(lambda: self.dialogue.hears(f"{who}: {text}", private=private))

    @rule(who=person_, text=st.sampled_from((*OTHERS, *LATER, *NOT_FOR_US)))
    def says_a_word(self, who: str, text: str) -> None:
        self.happens(lambda: self.dialogue.hears(f"{who}: {text}"))

    @rule(who=person_, text=st.sampled_from(TO_A_LETTER), private=st.booleans())
    def answers_a_letter(self, who: str, text: str, private: bool) -> None:
        self.happens(lambda: self.dialogue.hears(f"{who}: {text}", private=private))

    @rule(text=st.sampled_from(OF_THE_REVIEW))
    def the_owner_decides(self, text: str) -> None:
        self.happens(lambda: self.dialogue.hears(f"{self.dialogue.review.owner}: {text}"))

    @precondition(lambda self: self.dialogue.standing.phase in (Phase.DONE, Phase.CANCELLED))
    @rule()
    def it_goes_on(self) -> None:
        """Most is to be seen in a review that is open."""
        self.happens(lambda: self.dialogue.hears(f"{self.dialogue.review.owner}: resume"))

    @rule(who=person_, text=st.sampled_from(OF_THE_REVIEW))
    def somebody_decides(self, who: str, text: str) -> None:
        self.happens(lambda: self.dialogue.hears(f"{who}: {text}"))

    @rule(who=person_, text=st.one_of(complete, named, about_an_item))
    def says_of_an_item(self, who: str, text: str) -> None:
        self.happens(lambda: self.dialogue.hears(f"{who}: {text}"))

    @rule(who=person_)
    def answers_what_is_asked(self, who: str) -> None:
        asked = self.dialogue.standing.asked
        self.happens(lambda: self.dialogue.hears(f"{who}: {CORE[asked] if asked else 'Nothing to add here'}"))

    @rule(who=person_)
    def drops_a_file(self, who: str) -> None:
        self.happens(lambda: self.dialogue.hears(f"{who}: ", file="https://files.acme.io/plan.pdf"))

    @rule(
        who=person_,
        tap=st.sampled_from(OF_A_REVIEW),
        key=st.none() | item,
        choice=st.sampled_from([None, "tom", "eve", "2", "1d", "2026-12-01"]),
    )
    def presses(self, who: str, tap: Tap, key: str | None, choice: str | None) -> None:
        self.happens(lambda: self.dialogue.presses(who, tap, key, choice))

    @rule(who=person_, values=forms, ago=st.integers(0, 8))
    def submits(self, who: str, values: Mapping[str, str], ago: int) -> None:
        seen = max(0, self.dialogue.review.version - ago)
        self.happens(lambda: self.dialogue.submits(who, "run", values, seen=seen))

    @rule(who=person_, values=abouts)
    def describes(self, who: str, values: Mapping[str, str]) -> None:
        self.happens(lambda: self.dialogue.submits(who, "about", values))

    @precondition(lambda self: self.dialogue.messages > 0)
    @rule(
        n=st.integers(1, 60),
        text=st.one_of(complete, named, st.sampled_from(SAID)),
        by=st.none() | person_,
        edition=st.sampled_from(["", "1", "2", "3"]),
    )
    def a_message_is_edited(self, n: int, text: str, by: str | None, edition: str) -> None:
        message = 1 + n % self.dialogue.messages
        self.happens(lambda: self.dialogue.edits(by or self.wrote(message), message, text, edition))

    @precondition(lambda self: self.dialogue.messages > 0)
    @rule(n=st.integers(1, 60), text=st.one_of(complete, named, st.sampled_from(SAID)))
    def a_message_is_pointed_at(self, n: int, text: str) -> None:
        message = 1 + n % self.dialogue.messages
        if f"m{message}" not in self.deleted:
            self.happens(lambda: self.dialogue.uses(self.wrote(message), message, text))

    @precondition(lambda self: self.dialogue.messages > 0)
    @rule(n=st.integers(1, 60), by=st.none() | person_)
    def a_message_is_deleted(self, n: int, by: str | None) -> None:
        message = 1 + n % self.dialogue.messages
        self.happens(lambda: self.dialogue.deletes(by or self.wrote(message), message))
        if by in (None, self.wrote(message)):
            self.deleted.add(f"m{message}")

    def wrote(self, message: int) -> str:
        """Who wrote a message from which something came; of others anybody may have."""
        by = (act.by for act in self.dialogue.review.acts if act.source == f"m{message}")
        return next(by, "tom")

    @rule(who=st.sampled_from((*PEOPLE[1:], "ana")))
    def leaves(self, who: str) -> None:
        self.happens(lambda: self.dialogue.leaves(who))

    @rule()
    def the_place_is_lost(self) -> None:
        self.happens(self.dialogue.loses_its_place)

    @rule()
    def a_channel_is_closed(self) -> None:
        self.happens(lambda: self.dialogue.archives("#claims-ai-desk"))

    @rule(days=st.sampled_from([0, 1, 2, 5, 9, 40, 200]), noticed=st.booleans())
    def waits(self, days: int, noticed: bool) -> None:
        if noticed:
            self.happens(lambda: self.dialogue.waits(days=days))
        else:
            self.dialogue.sleeps(days=days)

    @rule(
        who=st.sampled_from(PEOPLE[:-1]),
        key=item,
        kind=st.sampled_from([Kind.NUDGE, Kind.NUDGE, Kind.HEADS_UP, Kind.ESCALATION, Kind.CONFIRM]),
        about=st.sampled_from(About),
    )
    def is_written_to(self, who: str, key: str, kind: Kind, about: About) -> None:
        self.happens(lambda: self.dialogue.nudges(who, key, about, kind=kind))

    @rule()
    def whoever_is_waited_for_is_written_to(self) -> None:
        """What is asked of people, where they were not written to yet."""
        standing = self.dialogue.standing
        asked = (f"ask/{key}/{each.assignee}" for key, each in standing.items.items() if each.assigned)
        named = (f"confirm/{key}/{each.named_here}" for key, each in standing.items.items() if each.named_here)
        left = (f"gone/{who}/{standing.owner}" for who in (*standing.gone, *standing.away))
        keys = [key for key in (*asked, *named, *left, quiet_key(standing)) if key not in standing.review.posted]
        for key in [key for key in keys if addressee(key) not in ("eve", *standing.gone)]:
            self.happens(partial(self.dialogue.written, key))

    @rule(who=st.sampled_from(PEOPLE[:-1]), days=st.sampled_from([-1, 0, 3, 30, 300]))
    def goes_away(self, who: str, days: int) -> None:
        until = (self.dialogue.now + timedelta(days=days)).date()
        self.happens(lambda: self.dialogue.goes_away(who, until.isoformat()))

    def happens(self, act: Callable[[], Dialogue]) -> None:
        """One act, and what holds of each."""
        review = self.dialogue.review
        dialogue = act()
        if dialogue.wrote:
            written = [key for key in dialogue.review.posted if key not in review.posted and addressee(key)]
            self.posted += written
            self.messages_are_posted_once(dialogue.turn, dialogue.standing, "\n".join(dialogue.lines))
            return
        self.holds(stand(review, dialogue.now), dialogue.turn, dialogue.standing)

    def holds(self, before: Standing, turn: Turn, after: Standing) -> None:
        heard = self.dialogue.heard
        told = "\n".join(self.dialogue.lines)
        with suppress(EventRefused):
            again = engine().decide(heard, replace(self.dialogue.found, stood=None))  # as if nothing was remembered
            again = replace(again, review=again.review or before.review)  # none where it is not there for who speaks
            assert again == turn, f"the same inputs made another turn\n{told}"
        self.what_is_known_is_so(turn, told)
        old, new = before.review, after.review
        assert new.acts[: len(old.acts)] == tuple(_as_in(new, act) for act in old.acts), told
        if turn.refused:
            assert new is old, f"a refused event changed something\n{told}"
        if new is not old:
            assert new.version == old.version + 1, told
            assert (new.phase, new.owner) == (after.phase, after.owner), told
        self.messages_are_posted_once(turn, after, told)
        assert not [e for e in turn.effects if isinstance(e, Post | Revise) and e.to in after.gone], told
        if heard.kind is not ActivityKind.LAPSE:
            self.only_who_may(heard, before, after, told)
            self.what_others_said_stays(recognize(heard, before, engine().rules), before, after, told)

    def what_is_known_is_so(self, turn: Turn, told: str) -> None:
        """Whatever a turn took over from the one before is what it would have found itself."""
        if turn.standing is None:
            return
        fresh = stand(turn.standing.review, turn.standing.now)
        assert turn.standing == fresh, told
        assert [*board(turn.standing).items()] == [*board(fresh).items()], told
        assert looks(turn.standing) == looks(fresh), told

    def messages_are_posted_once(self, turn: Turn, after: Standing, told: str) -> None:
        for effect in turn.effects:
            if isinstance(effect, Post):
                assert effect.to is None, f"{short(effect)}, by a turn\n{told}"
                assert effect.key not in self.posted, f"{short(effect)} twice\n{told}"
                self.posted.append(effect.key)
            if isinstance(effect, Revise):
                assert effect.key in self.posted, f"{short(effect)}, which was never posted\n{told}"
            if isinstance(effect, Post | Revise) and isinstance(effect.card, SummaryCard):
                settled = {*ANSWERED_STATES, State.DEFERRED}
                unanswered = [key for key, each in after.items.items() if each.state not in settled]
                assert effect.card.open == len(unanswered), told
            if isinstance(effect, Post) and effect.key == "summary":
                left = [key for key, each in after.items.items() if each.item.required and not each.settled]
                assert after.phase is Phase.DONE or not left, f"the summary came before {left}\n{told}"
        assert list(after.review.posted) == self.posted, told

    def only_who_may(self, heard: Activity, before: Standing, after: Standing, told: str) -> None:
        event = recognize(heard, before, engine().rules)
        people = who_may(before, event)
        added = after.review.acts[len(before.review.acts) :]
        if people is not None and event.by.id not in people:
            assert not added, f"{type(event).__name__} by {event.by.id}, but {people} may\n{told}"
        if WHO[type(event)] is Who.OWNER and event.by.id != before.owner:
            assert not added, told

    def what_others_said_stays(self, event: Event, before: Standing, after: Standing, told: str) -> None:
        """Whatever somebody takes back, edits or deletes, the answers of everybody else stand as they stood."""
        if not isinstance(event, Undone | Edited | Deleted):
            return
        added = after.review.acts[len(before.review.acts) :]
        anew = {act.item for act in added if act.verdict is not None and act.revises is None}
        for key, item in before.items.items():
            stood = [act for act in (item.answer, item.waiver, *item.sides) if act and act.by != event.by.id]
            each = after.items[key]
            stands = [(act.by, act.said) for act in (each.answer, each.waiver, *each.sides) if act]
            gone = [act for act in stood if (act.by, act.said) not in stands]
            assert key in anew or not gone, f"{key}: somebody else's answer went: {gone}\n{told}"

    @invariant()
    def an_outsider_decides_nothing(self) -> None:
        standing = self.dialogue.standing
        eve = [act.kind for act in standing.review.acts if act.by == "eve"]
        assert not {ActKind.ACCEPTED, ActKind.REJECTED, ActKind.CONFIRMED} & set(eve)
        assert standing.owner != "eve"
        assert standing.approver != "eve"
        assert not [key for key in self.posted if key.endswith("/eve")], "an outsider was written to"

    @invariant()
    def what_is_asked_is_open_or_was_chosen(self) -> None:
        standing = self.dialogue.standing
        if standing.asked is not None:
            asked = standing.items[standing.asked]
            assert asked.claim is not None or asked.state in (State.OPEN, State.VAGUE)
        if standing.phase in (Phase.OPEN, Phase.PAUSED) and standing.asked is None:
            assert standing.nothing_left_to_ask

    @invariant()
    def no_answer_is_lost(self) -> None:
        """What stands, its sides and its words are acts, and no answer stands that was taken back."""
        standing = self.dialogue.standing
        live = {act.n for act in standing.live}
        for each in standing.items.values():
            stands = [act for act in (each.answer, each.waiver, *each.sides) if act is not None]
            assert {act.n for act in stands} <= live
        judged = [act for act in standing.review.acts if act.verdict is not None]
        assert all(act.said for act in judged if act.source not in self.deleted)

    @invariant()
    def what_was_deleted_is_in_no_act(self) -> None:
        gone = [act for act in self.dialogue.review.acts if act.source in self.deleted]
        assert not [act for act in gone if act.said is not None or (act.stranger and act.person is not None)]

    @invariant()
    def what_is_shown_stays_right(self) -> None:
        dialogue = self.dialogue
        shown = board(dialogue.standing)
        assert set(dialogue.review.posted) <= set(shown)


TestAnyDialogue = AnyDialogue.TestCase
TestAnyDialogue.settings = settings()
