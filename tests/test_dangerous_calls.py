"""No pickle, no eval, no shell; what opens files that could be hostile is in one place. Read from the source itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import assistant

PACKAGE = Path(assistant.__file__).parent
MODULES = {path.relative_to(PACKAGE).as_posix(): path for path in sorted(PACKAGE.rglob("*.py"))}

FORBIDDEN_IMPORTS = {
    *("pickle", "_pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve"),
    *("yaml", "xmlrpc", "telnetlib", "ftplib", "smtplib", "pty", "commands", "imp", "code", "codeop"),
    *("requests", "httpx", "aiohttp", "urllib3", "urllib.request"),
    *("xml.etree", "xml.sax", "xml.dom", "xml.parsers"),
}
"""Modules that run what they read, fetch what they are told, or expand entities."""
FORBIDDEN_CALLS = {
    *("eval", "exec", "compile", "__import__", "breakpoint"),
    *("os.system", "os.popen", "os.execv", "os.execvp", "os.spawnv", "os.startfile", "os.putenv"),
    *("subprocess.getoutput", "subprocess.getstatusoutput", "asyncio.create_subprocess_shell"),
    *(
        "torch.load",
        "numpy.fromfile",
        "np.fromfile",
        "tempfile.mktemp",
        "shutil.unpack_archive",
        "logging.config.listen",
    ),
}
FORBIDDEN_OPTIONS = {"shell", "allow_pickle", "trust_remote_code", "resolve_entities", "huge_tree"}
FORBIDDEN_METHODS = {"extractall", "unpickle"}
"""Called on whatever: unpacks an archive to wherever its names say."""
HARMLESS = {("evaluation/formats/xlsx_table.py", "xml.etree.ElementTree.ParseError")}
"""An exception that openpyxl raises; nothing is parsed by it."""
PRAGMA = {"index/truth.py"}
"""Modules whose pragmas have names from a list beside them: a pragma takes no parameters."""
AT_HOME = {
    "faiss.read_index": {"index/vectors.py"},
    "faiss.deserialize_index": {"index/vectors.py"},
    "faiss.write_index": {"index/vectors.py"},
    "sqlite3.connect": {"index/"},
    "psycopg.connect": {"index/server/connections.py"},
    "subprocess.Popen": {"corpus/process.py"},
    "subprocess.run": {"encoders/exporting.py"},
    "subprocess.call": set(),
    "subprocess.check_output": set(),
    "subprocess.check_call": set(),
    "socket.socket": {"server/address.py"},
    "socket.create_connection": {"indexing/cluster.py"},
    "importlib.import_module": {"__init__.py", "server/__init__.py", "ui/__init__.py", "corpus/families.py"},
}
"""Calls that are made in these modules only, or below these folders."""


@pytest.mark.parametrize("name", MODULES)
def test_nothing_runs_what_it_reads(name: str) -> None:
    assert list(faults(MODULES[name].read_text(encoding="utf-8"), name)) == []


@pytest.mark.parametrize(
    "line",
    [
        "connection.execute(QUERY, (name,))",
        "cursor.copy(COPIED)",
        "values.copy()",
        "from psycopg import sql; connection.execute(sql.SQL('DROP SCHEMA {}').format(sql.Identifier(name)))",
        "from psycopg import sql; connection.execute(sql.SQL('SET x TO {}').format(sql.Literal(name)))",
    ],
)
def test_what_is_allowed_is_let_by(line: str) -> None:
    assert list(faults(line, "elsewhere.py")) == []


@pytest.mark.parametrize(
    "line",
    [
        "import pickle",
        "from pickle import loads",
        "import xml.etree.ElementTree",
        "from urllib.request import urlopen",
        "from urllib import request",
        "eval('1')",
        "import os; os.system('ls')",
        "from os import system; system('ls')",
        "import os as o; o.popen('ls')",
        "import subprocess; subprocess.run(['ls'])",
        "import subprocess; subprocess.Popen('ls', shell=True)",
        "import numpy as np; np.load('x', allow_pickle=True)",
        "import torch; torch.load('x')",
        "import faiss; faiss.read_index('x')",
        "from sqlite3 import connect; connect('x')",
        "archive.extractall('x')",
        "from assistant.index.truth import x; connection.execute(f'SELECT {name} FROM documents')",
        "connection.execute('SELECT ' + name)",
        "connection.execute('SELECT %s' % name)",
        "connection.execute('SELECT {}'.format(name))",
        "from psycopg import connect; connect('x')",
        "cursor.copy(f'COPY {table} FROM STDIN')",
        "cursor.copy('COPY ' + table)",
        "snapshot.rows('SELECT {}'.format(name))",
        "from psycopg import sql; connection.execute(sql.SQL(f'DROP SCHEMA {name}'))",
        "from psycopg import sql; connection.execute(sql.SQL('DROP SCHEMA ' + name))",
        "from psycopg import sql; connection.execute(sql.SQL('DROP SCHEMA {}').format(name.strip()))",
        "connection.execute(with_dimension('CREATE TABLE ' + name, 4))",
    ],
)
def test_what_is_forbidden_is_seen(line: str) -> None:
    assert list(faults(line, "elsewhere.py"))


def test_the_places_that_may_are_still_there() -> None:
    for call, homes in AT_HOME.items():
        for home in homes:
            if home.endswith("/"):
                continue
            assert call in {called for called, _ in calls(ast.parse(MODULES[home].read_text(encoding="utf-8")))}, call


def faults(source: str, name: str) -> Iterator[str]:
    """What a module does that none may, or that another one may only."""
    tree = ast.parse(source)
    for imported, line in imports(tree):
        forbidden = any(imported == each or imported.startswith(f"{each}.") for each in FORBIDDEN_IMPORTS)
        if forbidden and (name, imported) not in HARMLESS:
            yield f"{name}:{line} imports {imported}"
    for called, call in calls(tree):
        where = f"{name}:{call.lineno} calls {called}"
        method = called.rpartition(".")[2]
        if called in FORBIDDEN_CALLS or method in FORBIDDEN_METHODS:
            yield where
        if called in AT_HOME and not any(
            name == home or home == f"{name.rpartition('/')[0]}/" for home in AT_HOME[called]
        ):
            yield where
        for option in call.keywords:
            on = not (isinstance(option.value, ast.Constant) and option.value.value is False)
            html = option.arg == "huge_tree" and method == "HTMLParser"  # in HTML no entity can be declared
            if option.arg in FORBIDDEN_OPTIONS and on and not html:
                yield f"{where} with {option.arg}"
        if method == "SQL" and call.args and not isinstance(call.args[0], (ast.Constant, ast.Name)):
            yield f"{where} with SQL that is put together"
        if method in STATEMENTS and call.args and not written(call.args[0]) and not composed(call.args[0]):
            if name in PRAGMA and beginning(call.args[0]).startswith("PRAGMA "):
                continue
            yield f"{where} with a statement that is put together"
    for node in ast.walk(tree):
        if isinstance(node, (ast.JoinedStr, ast.BinOp)) and SQL.match(beginning(node)) and not written(node):
            if name in PRAGMA and beginning(node).startswith("PRAGMA "):
                continue
            yield f"{name}:{node.lineno} puts a statement together"


SQL = re.compile(r"\s*(COPY|SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|ATTACH|PRAGMA|WITH)\b")


STATEMENTS = {"execute", "executemany", "executescript", "copy", "stream", "rows"}
"""Methods whose first argument is a statement."""


def composed(statement: ast.expr) -> bool:
    """Whether a statement is psycopg's: SQL that is written down, with identifiers and literals that it quotes."""
    if not isinstance(statement, ast.Call):
        return False
    called = dotted(statement.func)
    if called in ("sql.SQL", "sql.Identifier", "sql.Literal"):
        return True
    if called == "with_dimension":  # takes LiteralString, which mypy looks after
        first = statement.args[0]
        return isinstance(first, ast.Name) or (isinstance(first, ast.Subscript) and constant(first.value))
    method = statement.func
    if isinstance(method, ast.Attribute) and method.attr in ("format", "join"):
        parts = [*statement.args, *(option.value for option in statement.keywords)]
        quoted = all(isinstance(each, (ast.Name, ast.GeneratorExp)) or composed(each) for each in parts)
        return composed(method.value) and quoted
    return False


def written(statement: ast.expr) -> bool:
    """Whether a statement of SQL is written down as it is, or of constants (in capital letters) only.

    A name in small letters is a value that was looked at where it was made.
    """
    if isinstance(statement, ast.JoinedStr):
        return all(constant(each.value) for each in statement.values if isinstance(each, ast.FormattedValue))
    return constant(statement) if isinstance(statement, (ast.BinOp, ast.Call)) else True


def constant(value: ast.expr) -> bool:
    if isinstance(value, ast.BinOp):
        return isinstance(value.op, (ast.Add, ast.Mult)) and constant(value.left) and constant(value.right)
    if isinstance(value, ast.JoinedStr):
        return written(value)
    return isinstance(value, ast.Constant) or (isinstance(value, ast.Name) and value.id.isupper())


def beginning(node: ast.expr) -> str:
    if isinstance(node, ast.BinOp):
        return beginning(node.left)
    if isinstance(node, ast.JoinedStr):
        return beginning(node.values[0]) if node.values else ""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((each.name, node.lineno) for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((f"{node.module}.{each.name}", node.lineno) for each in node.names)


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    """Every call with the whole name of what is called, as far as the module's imports tell it."""
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {each.asname: each.name for each in node.names if each.asname}
        elif isinstance(node, ast.ImportFrom) and node.module:
            known |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            first, dot, rest = dotted(node.func).partition(".")
            yield known.get(first, first) + dot + rest, node


def dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""
