"""`aiogram`: a router with states kept in memory; the Bot API is what stands for the network."""

from __future__ import annotations

from itertools import count
from typing import Any

from aiogram import Bot, Dispatcher
from aiogram.client.session.base import BaseSession
from aiogram.filters import CommandStart, StateFilter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.types import Message, Update

from benchmarks.peers.driver import QUESTIONS, THANKS, Hear

_CHAT = {"id": 1, "type": "private", "first_name": "Ana"}
_USER = {"id": 1, "is_bot": False, "first_name": "Ana"}


class Walk(StatesGroup):
    who, long, rehearsed = State(), State(), State()


class Network(BaseSession):
    said = ""

    async def make_request(self, bot: Any, method: Any, timeout: Any = None) -> Any:  # noqa: ARG002, ASYNC109  # theirs
        self.said = method.text
        return Message.model_validate({"message_id": 1, "date": 1, "chat": _CHAT})

    async def stream_content(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError

    async def close(self) -> None: ...


async def make() -> Hear:
    network = Network()
    bot, dispatcher = Bot("1:a", session=network), Dispatcher()

    def asks(number: int, following: State | None) -> Any:
        async def heard(message: Message, state: FSMContext) -> None:
            await state.set_state(following)
            await state.update_data({str(number): message.text})
            await message.answer((*QUESTIONS, THANKS)[number])

        return heard

    dispatcher.message.register(asks(0, Walk.who), CommandStart())
    dispatcher.message.register(asks(1, Walk.long), StateFilter(Walk.who))
    dispatcher.message.register(asks(2, Walk.rehearsed), StateFilter(Walk.long))
    dispatcher.message.register(asks(3, None), StateFilter(Walk.rehearsed))
    numbers = count(1)

    async def hear(said: str) -> str:
        number, text = next(numbers), f"/{said}" if said == "start" else said
        message = {"message_id": number, "date": 1, "chat": _CHAT, "from": _USER, "text": text}
        await dispatcher.feed_update(bot, Update.model_validate({"update_id": number, "message": message}))
        return network.said

    return hear
