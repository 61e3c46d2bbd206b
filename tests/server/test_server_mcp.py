"""MCP as its official client sees it, over standard input and output and over HTTP."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import anyio
import pytest
from calling import FILES, call

pytest.importorskip("mcp", reason="the extra [mcp] is not installed")

from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client

from assistant.cli import main
from assistant.server.mcp import McpMissingError, build_mcp

ROOT = Path(__file__).parent.parent.parent
QUESTION = "Since when do apples grow in Almaty?"


async def used(client: Client) -> dict[str, object]:
    """Every tool once, and two citations that do not stand."""
    async with client:
        listed = await client.list_tools()
        asked = await client.call_tool("ask", {"question": QUESTION, "k": 2})
        found = await client.call_tool("search", {"question": "lighthouse", "documents": ["notes/places.md"]})
        nearest = asked.structured_content["nearest"][0]
        place = {name: nearest[name] for name in ("document", "start", "end", "quote", "sha256")}
        opened = await client.call_tool("open_citation", {**place, "context": 10})
        moved = await client.call_tool("open_citation", {**place, "start": place["start"] + 1})
        unknown = await client.call_tool("ask", {"question": " "})
        wrong = await client.call_tool("ask", {"question": "Why?", "k": 0})
    return {
        "tools": {tool.name: tool for tool in listed.tools},
        "asked": asked,
        "found": found.structured_content,
        "opened": opened.structured_content,
        "place": place,
        "refused": [moved, unknown, wrong],
    }


def check(seen: dict[str, object]) -> None:
    assert set(seen["tools"]) == {"ask", "search", "open_citation"}
    assert all(tool.description and tool.annotations.read_only_hint for tool in seen["tools"].values())
    assert seen["tools"]["ask"].input_schema["required"] == ["question"]
    assert {hit["passage"]["document"] for hit in seen["found"]["hits"]} == {"notes/places.md"}
    place, opened = seen["place"], seen["opened"]
    text = FILES[place["document"]]
    assert opened["quote"] == text[place["start"] : place["end"]]
    assert opened["after"] == text[place["end"] : place["end"] + 10]
    assert [each.is_error for each in seen["refused"]] == [True, True, True]
    told = [each.content[0].text for each in seen["refused"]]
    assert "do not hold the quoted words" in told[0]
    assert "the question is empty" in told[1]


def test_the_tools_over_http_with_a_token(guarded):
    async def talk() -> dict[str, object]:
        async with create_mcp_http_client(headers=guarded.bearer("ben")) as http:
            return await used(Client(streamable_http_client(f"{guarded.served.url}mcp", http_client=http)))

    seen = anyio.run(talk)
    check(seen)
    body = {"question": QUESTION, "k": 2}
    answer = call(guarded.served, "POST", "/api/ask", body, guarded.bearer("ben")).json
    assert seen["asked"].structured_content == answer


def test_http_without_a_token_is_refused(guarded):
    async def talk() -> None:
        async with Client(f"{guarded.served.url}mcp"):
            pass

    with pytest.raises(ExceptionGroup) as refused:
        anyio.run(talk)
    assert refused.group_contains(MCPError)


def test_the_tools_over_standard_input_and_output(index):
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "assistant", "mcp", "--index", str(index)],
        env={"PYTHONPATH": str(ROOT)},
    )

    async def talk() -> dict[str, object]:
        return await used(Client(command))

    check(anyio.run(talk))


def test_speaking_mcp_does_not_import_gradio():
    code = "import sys, assistant.server.mcp as m; m.build_mcp(None); sys.exit('gradio' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_a_missing_index_ends_the_command_in_one_line(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["mcp", "--index", str(tmp_path / "none")])
    said = capsys.readouterr()
    assert (ended.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert "footnote index" in said.err


def test_without_the_package_the_command_that_installs_it_is_named(monkeypatch):
    monkeypatch.setattr("assistant.server.mcp.is_installed", lambda: False)
    with pytest.raises(McpMissingError, match=r"pip install 'footnote-assistant\[mcp\]'$"):
        build_mcp(None)


def test_without_the_package_the_address_says_so(serve_with, monkeypatch):
    monkeypatch.setattr("assistant.server.mcp.is_installed", lambda: False)
    reply = call(serve_with(), "POST", "/mcp", {})
    assert (reply.status, "pip install" in reply.json["error"]) == (404, True)
