"""The Bot Framework's `WaterfallDialog` with text prompts, its state in its own memory storage."""

from __future__ import annotations

from itertools import count
from typing import Any

from botbuilder.core import ConversationState, MemoryStorage, MessageFactory, TurnContext
from botbuilder.core.adapters import TestAdapter
from botbuilder.dialogs import DialogSet, DialogTurnStatus, WaterfallDialog, WaterfallStepContext
from botbuilder.dialogs.prompts import PromptOptions, TextPrompt
from botbuilder.schema import Activity, ActivityTypes, ChannelAccount, ConversationAccount

from benchmarks.peers.driver import QUESTIONS, THANKS, Hear


async def make() -> Hear:
    state = ConversationState(MemoryStorage())
    dialogs = DialogSet(state.create_property("dialogs"))

    def asks(question: str) -> Any:
        async def step(context: WaterfallStepContext) -> Any:
            context.values[question] = context.result
            return await context.prompt("text", PromptOptions(prompt=MessageFactory.text(question)))

        return step

    async def thanks(context: WaterfallStepContext) -> Any:
        await context.context.send_activity(MessageFactory.text(THANKS))
        return await context.end_dialog()

    dialogs.add(TextPrompt("text"))
    dialogs.add(WaterfallDialog("walk", [*map(asks, QUESTIONS), thanks]))

    async def heard(context: TurnContext) -> None:
        dialog = await dialogs.create_context(context)
        if (await dialog.continue_dialog()).status is DialogTurnStatus.Empty:
            await dialog.begin_dialog("walk")
        await state.save_changes(context)

    adapter, numbers = TestAdapter(heard), count(1)

    async def hear(said: str) -> str:
        activity = Activity(
            type=ActivityTypes.message,
            id=str(next(numbers)),
            text=said,
            channel_id="test",
            service_url="https://test.com",
            from_property=ChannelAccount(id="ana"),
            recipient=ChannelAccount(id="bot"),
            conversation=ConversationAccount(id="one"),
        )
        adapter.activity_buffer.clear()
        await adapter.process_activity(activity, heard)
        return str(adapter.activity_buffer[-1].text)

    return hear
