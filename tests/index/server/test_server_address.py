"""The address of a server: its own parameters are told from the driver's, and no secret is ever shown."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.index.server.address import AddressError, ServerAddress, server_address

WHOLE = "postgresql://anna:s3cret@db.example:5433/library?sslmode=verify-full&schema=news&search=exact"


def test_our_parameters_are_not_the_drivers():
    address = ServerAddress(WHOLE)
    assert address.dsn == "postgresql://anna:s3cret@db.example:5433/library?sslmode=verify-full"
    assert (address.options.schema, address.options.search) == ("news", "exact")


def test_its_text_shows_everything_but_the_password():
    assert str(ServerAddress(WHOLE)) == WHOLE.replace("s3cret", "***")
    assert "s3cret" not in repr(ServerAddress(WHOLE))
    assert "s3cret" not in f"{ServerAddress(WHOLE)}"
    assert str(ServerAddress("postgres://h/d?password=s3cret")) == "postgres://h/d?password=***"


@given(st.text(min_size=5).filter(lambda text: "*" not in text))
def test_no_password_is_shown_whatever_its_characters(password):
    from urllib.parse import quote

    address = ServerAddress(f"postgresql://anna:{quote(password, safe='')}@h/d")
    assert quote(password, safe="") not in str(address)[len("postgresql://") :]
    assert password not in address.without_secrets(f"the driver says {password}.").removeprefix("the driver says ")


@pytest.mark.parametrize("password", ["pa/ss", "pa#ss", "pa?ss", "/", "a/b@c"])
def test_a_password_that_ends_the_address_early_is_refused_unshown(password):
    with pytest.raises(AddressError, match="%2F") as error:
        ServerAddress(f"postgresql://me:{password}@host/db")
    assert "pa" not in str(error.value).replace("password", "")


@pytest.mark.parametrize(
    "whole", ["postgresql:///db", "postgresql:///db?host=/var/run", "postgresql://", "postgres:///"]
)
def test_an_address_without_a_host_is_one(whole):
    address = ServerAddress(f"{whole}{'&' if '?' in whole else '?'}schema=news")
    assert address.dsn == whole
    assert server_address(address.whole) == address
    assert address.options.schema == "news"


def test_another_process_gets_the_whole_of_it():
    again = pickle.loads(pickle.dumps(ServerAddress(WHOLE)))
    assert (again, again.dsn, again.options) == (
        ServerAddress(WHOLE),
        ServerAddress(WHOLE).dsn,
        ServerAddress(WHOLE).options,
    )


@pytest.mark.parametrize("folder", ["index", "/srv/index", "postgresql", Path("postgresql:/x")])
def test_a_folder_is_none(folder):
    assert server_address(folder) is None


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("schema=Robert'); DROP", "no name for a schema"),
        ("schema=pg_catalog", "no name for a schema"),
        ("search=fuzzy", "search=exact"),
        ("ef_search=0", "between 1 and 1000"),
        ("timeout=soon", "between 0.1"),
        ("connections=1", "between 2"),
    ],
)
def test_what_cannot_be_meant_is_refused(query, said):
    with pytest.raises(AddressError, match=said):
        ServerAddress(f"postgresql://h/d?{query}")
