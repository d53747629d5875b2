"""What answers a click in Teams, at once and to who clicked: a card that asks again, a sentence, or the message."""

from __future__ import annotations

from datetime import timedelta

from bot.bootstrap import machine_clock
from tests.adaptive_cards import elements
from tests.fake_teams import text_of
from tests.fake_teams_state import Message
from tests.served import ok
from tests.serving_teams import TeamsServe, with_serve


def shown_to(serve: TeamsServe, who: str, message: Message) -> str:
    return text_of(message.card_for(serve.teams.person(who).id))


def test_a_day_that_has_passed_is_asked_for_once_more_and_nowhere_else(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        await serve.starts()
        card = serve.card("1 of 6")
        ok(await serve.teams.presses("ana", card, "Later"))
        yesterday = (machine_clock() - timedelta(days=1)).date().isoformat()
        ok(await serve.teams.presses("ana", card, "Save", {"choice": yesterday}))
        await serve.settled()
        assert "That day has passed. Which day ahead is it?" in shown_to(serve, "ana", card)
        assert "until when?" in shown_to(serve, "ana", card)
        assert serve.of_bot("@ana") == []

    with_serve(scene, sqlite_url)


def test_what_was_wrong_is_wrong_again_however_soon_it_is_saved_again(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        await serve.starts()
        card = serve.card("1 of 6")
        yesterday = (machine_clock() - timedelta(days=1)).date().isoformat()
        ok(await serve.teams.presses("ana", card, "Later"))
        for back in (False, False, True):
            if back:
                ok(await serve.teams.presses("ana", card, "Back"))
                ok(await serve.teams.presses("ana", card, "Later"))
            ok(await serve.teams.presses("ana", card, "Save", {"choice": yesterday}))
            assert "That day has passed. Which day ahead is it?" in shown_to(serve, "ana", card)

    with_serve(scene, sqlite_url)


def test_a_form_with_a_fault_says_so_each_time_it_is_saved(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        await serve.starts()
        card = serve.card("1 of 6")
        ok(await serve.teams.presses("ana", card, "Answer"))
        for _ in range(2):
            ok(await serve.teams.presses("ana", card, "Save", {"run.runbook": "no address"}))
            assert "no address" in str(card.card_for(serve.teams.person("ana").id))
            assert "Nothing is saved yet" in shown_to(serve, "ana", card)

    with_serve(scene, sqlite_url)


def test_a_name_that_is_taken_can_be_written_anew(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        await serve.starts("Letters")
        await serve.says("ana", "cancel")
        await serve.says("ana", "cancel")
        ended = serve.card("Letters · cancelled")
        await serve.starts("Claims Copilot")
        before = len(serve.of_bot("@ana"))
        ok(await serve.teams.presses("ana", ended, "Start a review"))
        ok(await serve.teams.presses("ana", ended, "Start", {"name": "claims copilot"}))
        await serve.settled()
        assert "Claims Copilot is under review already." in shown_to(serve, "ana", ended)
        assert len(serve.of_bot("@ana")) == before
        ok(await serve.teams.presses("ana", ended, "Start", {"name": "Claims Copilot 2"}))
        await serve.settled()
        assert "0 of 21" in text_of(serve.card("Claims Copilot 2 · just started"))

    with_serve(scene, sqlite_url)


def test_a_form_that_is_closed_can_be_opened_again_at_once(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        await serve.starts()
        card = serve.card("1 of 6")
        for _ in range(2):
            ok(await serve.teams.presses("ana", card, "Answer"))
            assert "What you leave empty stays as it is." in shown_to(serve, "ana", card)
            ok(await serve.teams.presses("ana", card, "Back"))
            assert "1 of 6" in shown_to(serve, "ana", card)

    with_serve(scene, sqlite_url)


def test_a_form_shows_the_answer_that_its_field_cannot_hold(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        await serve.starts()
        await serve.says("ana", "@dana, Claims Platform")
        card = serve.card("1 of 6")
        ok(await serve.teams.presses("ana", card, "Answer"))
        assert "Claims Platform”. Choose to replace it." in shown_to(serve, "ana", card)

    with_serve(scene, sqlite_url)


def test_who_is_not_in_the_team_is_said_at_the_field_they_were_chosen_in(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        await serve.starts()
        for place in serve.teams.conversations.values():
            place.members.discard(serve.teams.person("dana").id)
        card = serve.card("1 of 6")
        ok(await serve.teams.presses("ana", card, "Answer"))
        ok(await serve.teams.presses("ana", card, "Save", {"run.service_owner": "@dana"}))
        shown = shown_to(serve, "ana", card)
        said = "I find nobody of that name in this team."
        assert shown.index("Service owner") < shown.index(said) < shown.index("Operating team")

    with_serve(scene, sqlite_url)


def test_a_word_in_the_place_of_a_person_is_nobody(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        await serve.starts()
        card = serve.card("1 of 6")
        ok(await serve.teams.presses("ana", card, "Ask somebody"))
        picker = next(
            each for each in elements(card.card_for(serve.teams.person("ana").id)) if each.get("id") == "choice"
        )
        picker["choices"].append({"title": "nobody", "value": "nobody"})
        ok(await serve.teams.presses("ana", card, "Ask", {"choice": "nobody"}))
        assert "I find nobody of that name in this team." in shown_to(serve, "ana", card)

    with_serve(scene, sqlite_url)


def test_a_refusal_names_people_and_no_ids(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        await serve.starts()
        ok(await serve.teams.presses("tom", serve.root(), "Pause"))
        told = " ".join(serve.teams.told("tom"))
        assert "Only @ana can" in told
        assert serve.teams.person("ana").id not in told

    with_serve(scene, sqlite_url)


def test_to_cancel_is_asked_once_more_in_the_cards_place(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        await serve.starts()
        root = serve.root()
        ok(await serve.teams.presses("ana", root, "About"))
        ok(await serve.teams.presses("ana", root, "Cancel the review"))
        await serve.settled()
        assert "Cancel Claims Copilot?" in shown_to(serve, "ana", root)
        assert serve.of_bot("@ana") == []
        ok(await serve.teams.presses("ana", root, "Cancel"))
        assert "Claims Copilot · cancelled" in shown_to(serve, "ana", root)
        await serve.settled()
        assert "Claims Copilot · cancelled" in text_of(root)

    with_serve(scene, sqlite_url)


def test_an_answer_is_chosen_out_of_all_and_changed_in_the_cards_place(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        await serve.starts()
        await serve.says("ana", "@dana, Claims Platform")
        await serve.says("ana", "done")
        await serve.says("ana", "resume")
        summary = serve.card("20 of 21 open")
        ok(await serve.teams.presses("ana", summary, "Edit"))
        shown = shown_to(serve, "ana", summary)
        assert "1 of 21 answered. Which answer is to change?" in shown
        assert "service owner · to be confirmed" in shown, shown
        ok(await serve.teams.presses("ana", summary, "Edit", {"answer": "Rollback: steps"}))
        assert shown_to(serve, "ana", summary).startswith("Rollback")
        ok(await serve.teams.presses("ana", summary, "Save", {"rollback.steps": "git revert, 10 minutes"}))
        await serve.settled()
        assert "Mention me" in text_of(serve.card("Rollback: I have the step and how long it takes."))

    with_serve(scene, sqlite_url)


def test_who_went_back_from_cancelling_is_asked_again(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        await serve.starts()
        root = serve.root()
        for _ in range(2):
            ok(await serve.teams.presses("ana", root, "About"))
            ok(await serve.teams.presses("ana", root, "Cancel the review"))
            assert "Cancel Claims Copilot?" in shown_to(serve, "ana", root)
            ok(await serve.teams.presses("ana", root, "Back"))
            assert "Claims Copilot · just started" in shown_to(serve, "ana", root)

    with_serve(scene, sqlite_url)


def test_a_button_of_a_message_that_stays_as_it_was_is_done(sqlite_url: str) -> None:
    async def scene(serve: TeamsServe) -> None:
        await serve.starts()
        await serve.says("ana", "cancel")
        asked = serve.direct("ana", "Cancel Claims Copilot?")
        ok(await serve.teams.presses("ana", asked, "Cancel"))
        assert shown_to(serve, "ana", asked).startswith("Done.")

    with_serve(scene, sqlite_url)
