"""`python-telegram-bot`: its `ConversationHandler` in its `Application`; the Bot API is what stands for the network."""

from __future__ import annotations

import json
from itertools import count
from typing import Any

from telegram import Update
from telegram.ext import Application, CommandHandler, ConversationHandler, MessageHandler, filters
from telegram.request import BaseRequest

from benchmarks.peers.driver import QUESTIONS, THANKS, Hear

_CHAT = {"id": 1, "type": "private", "first_name": "Ana"}
_USER = {"id": 1, "is_bot": False, "first_name": "Ana"}


class Network(BaseRequest):
    said = ""
    read_timeout = None

    async def initialize(self) -> None: ...

    async def shutdown(self) -> None: ...

    async def do_request(self, url: str, method: str, request_data: Any = None, **_: Any) -> tuple[int, bytes]:  # noqa: ARG002  # theirs
        if url.endswith("getMe"):
            return 200, json.dumps({"ok": True, "result": {**_USER, "is_bot": True, "username": "bot"}}).encode()
        self.said = request_data.parameters["text"]
        return 200, json.dumps({"ok": True, "result": {"message_id": 1, "date": 1, "chat": _CHAT}}).encode()


async def make() -> Hear:
    network = Network()
    application = Application.builder().token("1:a").request(network).updater(None).build()

    def asks(number: int, following: int) -> Any:
        async def heard(update: Update, _context: Any) -> int:
            await update.message.reply_text((*QUESTIONS, THANKS)[number])
            return following

        return heard

    application.add_handler(
        ConversationHandler(
            entry_points=[CommandHandler("start", asks(0, 0))],
            states={
                at: [MessageHandler(filters.TEXT, asks(at + 1, at + 1 if at < 2 else ConversationHandler.END))]
                for at in range(3)
            },
            fallbacks=[],
        )
    )
    await application.initialize()
    numbers = count(1)

    async def hear(said: str) -> str:
        number, text = next(numbers), f"/{said}" if said == "start" else said
        entities = [{"type": "bot_command", "offset": 0, "length": len(text)}] if said == "start" else []
        message = {"message_id": number, "date": 1, "chat": _CHAT, "from": _USER, "text": text, "entities": entities}
        update = Update.de_json({"update_id": number, "message": message}, application.bot)
        await application.process_update(update)
        return network.said

    return hear
