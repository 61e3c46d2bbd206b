"""What a run knows of what the store holds: all of it, or only its own files; also while others write."""

import threading
from contextlib import closing

from assistant.index.server.store import ServerStore
from assistant.indexing.held import Held
from benchmarks.server_documents import MAKERS, put


def test_a_run_over_folders_knows_all_and_one_over_files_only_theirs(server_address):
    with closing(ServerStore.create(server_address, MAKERS)) as store:
        for number, name in enumerate(("a", "b", "c")):
            put(store, name, number)
        everything, some = Held(store, [], whole=True), Held(store, ["b.txt", "new.txt"], whole=False)
        assert everything.id_of == {"a.txt": "a", "b.txt": "b", "c.txt": "c"}
        assert some.id_of == {"b.txt": "b"}
        for held in (everything, some):
            assert held.of_source("b.txt").content_hash == "hash-1"
            assert held.of_source("new.txt") is None
            assert [each.id for each in held.of_file("b.txt")] == ["b"]
            assert (held.source_of("c"), held.source_of("nobody")) == ("c.txt", None)
        assert everything.hashes is everything.hashes  # asked for again and again over many documents


def test_another_writer_between_two_readings_is_seen_in_both_or_in_neither(server_address, monkeypatch):
    with closing(ServerStore.create(server_address, MAKERS)) as store:
        put(store, "a", 1)
        read = store.document_hashes

        def meanwhile():
            found = read()
            writer = threading.Thread(target=put, args=(store, "new", 2))
            writer.start()
            writer.join()
            return found

        monkeypatch.setattr(store, "document_hashes", meanwhile)
        assert Held(store, [], whole=True).id_of == {"a.txt": "a"}
