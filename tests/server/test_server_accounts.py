"""The users file and what stands in it, lockout and sessions by a clock of our own."""

from __future__ import annotations

import io
import json
import stat
import time
from functools import lru_cache

import pytest

from assistant.cli import main
from assistant.server.accounts import (
    AccountsError,
    FileAccounts,
    User,
    add_token,
    add_user,
    authenticate,
    read_users,
    revoke_tokens,
    set_password,
    token_owner,
)
from assistant.server.lockout import Attempt, Lockout, network_of
from assistant.server.passwords import Cost, PasswordError, hashed, is_hash, matches
from assistant.server.sessions import IDLE, LONGEST, Sessions

CHEAP = Cost(n=16, r=1, p=1)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


# passwords


def test_a_password_matches_its_hash_only():
    kept = hashed("schön 密码", CHEAP)
    assert matches("schön 密码", kept)
    assert not matches("schon 密码", kept)
    assert "schön" not in kept


def test_the_same_password_is_kept_differently_each_time():
    assert hashed("one secret", CHEAP) != hashed("one secret", CHEAP)


def test_a_hash_names_its_parameters_so_that_they_can_grow():
    assert hashed("x", CHEAP).startswith("scrypt$16$1$1$")
    assert hashed("x", Cost()).startswith("scrypt$32768$8$3$")


@pytest.mark.parametrize("kept", ["", "x", "scrypt$15$1$1$AAAA$AAAA", "md5$1$1$1$a$b", "scrypt$1073741824$8$1$a$b"])
def test_what_is_no_hash_is_told(kept):
    assert not is_hash(kept)
    with pytest.raises(ValueError, match="not a password hash"):
        matches("x", kept)


# the users file


def test_only_hashes_and_digests_are_in_the_file(users_file):
    token = add_token(users_file, "anna")
    text = users_file.read_text(encoding="utf-8")
    assert token not in text
    assert "a long secret" not in text
    assert stat.S_IMODE(users_file.stat().st_mode) == 0o600


def test_a_user_is_known_by_password_and_by_token(users_file):
    token = add_token(users_file, "ben")
    users = read_users(users_file)
    assert authenticate(users, "ben", "another secret") == users["ben"]
    assert authenticate(users, "ben", "a long secret") is None
    assert authenticate(users, "nobody", "another secret") is None
    assert token_owner(users, token) == users["ben"]
    assert token_owner(users, token + "x") is None
    assert revoke_tokens(users_file, "ben") == 1
    assert token_owner(read_users(users_file), token) is None


def test_an_unknown_name_costs_as_much_as_a_known_one(monkeypatch):
    monkeypatch.setattr("assistant.server.passwords.COST", Cost(n=2**13, r=8, p=1))
    monkeypatch.setattr("assistant.server.accounts.strangers_hash", lru_cache(lambda: hashed("a stranger")))
    users = {"anna": User("anna", "reader", hashed("a long secret"))}
    authenticate(users, "nobody", "x")  # makes the hash that strangers are compared with

    def spent(name: str) -> float:
        best = 9.0
        for _ in range(3):
            began = time.process_time()
            authenticate(users, name, "wrong password")
            best = min(best, time.process_time() - began)
        return best

    assert spent("nobody") == pytest.approx(spent("anna"), rel=0.5)


def test_another_password_keeps_role_and_tokens(users_file):
    token = add_token(users_file, "anna")
    set_password(users_file, "anna", "a new secret")
    user = token_owner(read_users(users_file), token)
    assert (user.name, user.role) == ("anna", "editor")


@pytest.mark.parametrize("name", ["", "-x", "a b", "a:b", "x" * 65, "../x", "a\nb"])
def test_a_name_that_cannot_be_one(users_file, name):
    with pytest.raises(AccountsError, match="cannot be a user's name"):
        add_user(users_file, name, "reader", "long enough")


def test_a_change_that_cannot_be_made(users_file, tmp_path):
    with pytest.raises(AccountsError, match="a user anna already; run: footnote users password"):
        add_user(users_file, "anna", "reader", "long enough")
    with pytest.raises(PasswordError, match="5 characters"):
        add_user(users_file, "cleo", "reader", "short")
    with pytest.raises(AccountsError, match="no user 'cleo'; run: footnote users list"):
        add_token(users_file, "cleo")
    with pytest.raises(AccountsError, match="cannot be written"):
        add_user(tmp_path / "no" / "users.json", "anna", "reader", "long enough")


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"format": 2, "users": {}}',
        '{"format": 1, "users": {"a": {"role": "king", "password": "x"}}}',
        '{"format": 1, "users": {"a": {"role": "reader", "password": "clear text"}}}',
        '{"format": 1, "users": {"a": []}}',
        '{"format": 1, "users": {}}',
    ],
)
def test_something_else_than_a_users_file_is_refused_in_one_line(tmp_path, content):
    path = tmp_path / "users.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(AccountsError, match=r"^[^\n]+footnote users add [^\n]+$"):
        FileAccounts(path)


def test_a_missing_users_file_is_refused(tmp_path):
    with pytest.raises(AccountsError, match="footnote users add"):
        FileAccounts(tmp_path / "none.json")


# the command


def footnote(monkeypatch, capsys, *arguments: object, text: str = "") -> tuple[int, str, str]:
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    with pytest.raises(SystemExit) as ended:
        main(["users", *map(str, arguments)])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_users_are_added_listed_and_removed_from_the_command_line(tmp_path, monkeypatch, capsys):
    path = tmp_path / "users.json"
    run = lambda *arguments, **options: footnote(monkeypatch, capsys, *arguments, **options)  # noqa: E731
    assert run("add", path, "anna", "--role", "editor", text="a long secret\n")[:2] == (
        0,
        "anna may log in as editor\n",
    )
    assert run("add", path, "ben", text="another secret\n")[1] == "ben may log in as reader\n"
    token = run("token", path, "ben")[1].strip()
    assert token_owner(read_users(path), token).name == "ben"
    listed = json.loads(run("list", path, "--json")[1])
    assert listed == [{"name": "anna", "role": "editor", "tokens": 0}, {"name": "ben", "role": "reader", "tokens": 1}]
    assert run("role", path, "ben", "editor")[0] == 0
    assert run("token", path, "ben", "--revoke")[1] == "1 token of ben forgotten\n"
    assert run("password", path, "ben", text="a third secret\n")[0] == 0
    assert authenticate(read_users(path), "ben", "a third secret")
    assert run("remove", path, "anna")[1] == "anna is removed\n"
    assert run("list", path)[1].split() == ["ben", "editor", "0", "tokens"]


def test_a_password_is_never_taken_from_nowhere(tmp_path, monkeypatch, capsys):
    code, _, err = footnote(monkeypatch, capsys, "add", tmp_path / "users.json", "anna")
    assert (code, "no password for anna" in err) == (2, True)
    assert not (tmp_path / "users.json").exists()


# lockout


def test_a_name_is_locked_after_its_failures_and_free_when_they_are_old():
    clock = Clock()
    lockout = Lockout(per_name=3, per_address=100, window=60, clock=clock)
    for address in ("10.0.0.1", "10.0.0.2", "10.0.0.3"):
        assert isinstance(lockout.attempt(address, "anna"), Attempt)
    assert lockout.attempt("10.0.0.4", "ANNA") == 60
    assert isinstance(lockout.attempt("10.0.0.4", "ben"), Attempt)
    clock.now = 59.5
    assert lockout.attempt("10.0.0.4", "anna") == 1
    clock.now = 60
    assert isinstance(lockout.attempt("10.0.0.4", "anna"), Attempt)


def test_an_address_is_locked_whatever_names_it_tries():
    lockout = Lockout(per_name=100, per_address=3, window=60, clock=Clock())
    for name in "abc":
        lockout.attempt("10.0.0.1", name)
    assert lockout.attempt("10.0.0.1", "d") == 60
    assert isinstance(lockout.attempt("10.0.0.2", "d"), Attempt)


def test_a_success_clears_the_name_but_not_what_else_the_address_did():
    lockout = Lockout(per_name=2, per_address=3, window=60, clock=Clock())
    lockout.attempt("10.0.0.1", "anna")
    lockout.attempt("10.0.0.1", "ben")
    lockout.succeeded(lockout.attempt("10.0.0.1", "mine"))
    lockout.attempt("10.0.0.1", "mine")
    assert lockout.attempt("10.0.0.1", "cleo") == 60


def test_waiting_does_not_lengthen_the_lock():
    clock = Clock()
    lockout = Lockout(per_name=1, per_address=9, window=60, clock=clock)
    lockout.attempt("10.0.0.1", "anna")
    for clock.now in range(1, 60):
        assert lockout.attempt("10.0.0.1", "anna") == 60 - clock.now


def test_an_ipv6_customer_is_one_address():
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:10.0.0.1") == "10.0.0.1"


# sessions

ANNA = User("anna", "editor", "scrypt$…")


@pytest.mark.parametrize(("step", "steps"), [(IDLE + 1, 1), (IDLE - 1, LONGEST // (IDLE - 1) + 1)], ids=["idle", "old"])
def test_a_session_ends(step, steps):
    clock = Clock()
    sessions = Sessions(clock)
    secret = sessions.begin(ANNA)
    for _ in range(steps - 1):
        clock.now += step
        assert sessions.user(secret, {"anna": ANNA}) == ANNA
    clock.now += step
    assert sessions.user(secret, {"anna": ANNA}) is None


def test_a_session_is_of_its_user_as_they_are_now():
    sessions = Sessions(Clock())
    secret = sessions.begin(ANNA)
    assert sessions.user(secret, {"anna": User("anna", "reader", "scrypt$…")}).role == "reader"
    assert sessions.user("other", {"anna": ANNA}) is None
    assert sessions.user(secret, {}) is None
