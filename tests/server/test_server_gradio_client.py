"""The page's endpoint through the official ``gradio_client``: the same JSON again."""

from __future__ import annotations

import pytest
from calling import call
from gradio_client import Client
from gradio_client.exceptions import AppError

QUESTION = "Since when do apples grow in Almaty?"


def client(served, **headers: str) -> Client:
    return Client(served.url, headers=headers, verbose=False, analytics_enabled=False)


def test_ask_gives_the_json_of_the_api(served):
    program = client(served)
    answer = program.predict(QUESTION, ["What grows?"], 2, api_name="/ask")
    assert answer == call(served, "POST", "/api/ask", {"question": QUESTION, "history": ["What grows?"], "k": 2}).json
    assert program.predict(QUESTION, api_name="/ask")["citations"]


def test_a_question_that_cannot_be_asked_is_told_in_our_words(served):
    with pytest.raises(AppError, match="the question is empty"):
        client(served).predict(" ", api_name="/ask")


def test_with_accounts_it_takes_a_token(guarded):
    program = client(guarded.served, **guarded.bearer("ben"))
    assert program.predict(QUESTION, api_name="/ask")["outcome"] == "answered"
    with pytest.raises(Exception, match=r"401|log in|Could not"):
        client(guarded.served)
