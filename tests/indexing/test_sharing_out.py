"""How a run is shared out: who gets what, and what becomes of it when workers are lost. The cluster is made up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from assistant.beside import THREADS_VARIABLE
from assistant.corpus import FoundFile, ReadLimits, ReadOptions, find_files
from assistant.errors import DocumentError, IndexUnwritableError
from assistant.index import Holding, ServerAddress, open_store
from assistant.index.server import lifecycle
from assistant.index.server.store import ServerStore
from assistant.indexing import build_from_files, cluster
from assistant.indexing.cluster import LOSSES, Cluster, ClusterError, _parts, _Team
from assistant.indexing.parts import Job, PartDone
from assistant.indexing.run import UpdateRun
from assistant.indexing.worker import Worker
from assistant.passages import SplitLimits

NOWHERE = ServerAddress("postgresql://somebody:secret-word@nowhere/documents")
JOB = Job(NOWHERE, Path("/place/index"), SplitLimits(), ReadLimits(), ReadOptions(), ())


class RayError(Exception):
    pass


class RayActorError(RayError):
    actor_init_failed = False


class RayTaskError(RayError):
    def __init__(self, cause: Exception) -> None:
        self.cause = cause


class MadeUpRay:
    """Workers in this process: each call is made when somebody waits for it."""

    def __init__(self, cores: int, write: Callable[..., Any], start: Callable[[], Any] = lambda: "host") -> None:
        self.exceptions = self
        self.RayError, self.RayTaskError = RayError, RayTaskError
        self.cores, self.write, self.start = cores, write, start
        self.killed: list[Any] = []

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": self.cores}

    def remote(self, **options: Any) -> Callable[[type], Any]:
        assert options == {"num_cpus": 1, "max_restarts": 0, "max_task_retries": 0}
        return lambda _class: type("Hiring", (), {"remote": staticmethod(lambda job: Actor(self))})

    def wait(self, references: list[Any], timeout: float) -> tuple[list[Any], list[Any]]:
        return references[:1], references[1:]

    def get(self, reference: Call) -> Any:
        return reference.value()

    def kill(self, actor: Any) -> None:
        self.killed.append(actor)


class Call:
    def __init__(self, actor: Actor, made: Callable[..., Any], *args: Any, **options: Any) -> None:
        self.actor, self.made, self.args, self.options = actor, made, args, options

    def value(self) -> Any:
        if self.actor.dead:
            raise RayActorError("it is gone")
        try:
            return self.made(*self.args, **self.options)
        except RayActorError:
            self.actor.dead = True
            raise


class Actor:
    def __init__(self, ray: MadeUpRay) -> None:
        self.dead = False
        self.open = type("Method", (), {"remote": staticmethod(lambda: Call(self, ray.start))})
        self.write = type("Method", (), {"remote": staticmethod(lambda *a, **o: Call(self, ray.write, *a, **o))})


def files(count: int) -> list[FoundFile]:
    return [FoundFile(Path(f"/place/docs/d{number}.txt"), f"d{number}.txt") for number in range(count)]


def held(given: list[FoundFile]) -> PartDone:
    return PartDone(tuple(Holding(each.document_id, str(each.path), "hash") for each in given))


def ids(done: Iterator[PartDone]) -> list[str]:
    return [each.id for part in done for each in part.held]


def test_every_file_is_in_one_part():
    parts = _parts(files(1000), least=8)
    assert [each for part in parts for each in part.files] == files(1000)
    assert {len(part.files) for part in parts[:-1]} == {cluster.PART_FILES}


def test_few_files_are_parts_for_every_worker():
    assert [len(part.files) for part in _parts(files(20), least=8)] == [2] * 10
    assert [len(part.files) for part in _parts(files(3), least=8)] == [1] * 3
    assert _parts([], least=8) == []


def test_large_files_make_parts_of_their_own(tmp_path):
    large = [FoundFile(tmp_path / name, name) for name in ("a", "b")]
    for each in large:
        each.path.write_bytes(b"x" * cluster.PART_BYTES)
    assert [len(part.files) for part in _parts([*large, *files(2)], least=1)] == [1, 1, 2]


def test_each_part_is_done_once():
    ray = MadeUpRay(3, lambda given, again: held(given))
    team = _Team(ray, JOB)
    assert sorted(ids(team.done(_parts(files(50), 10)))) == sorted(each.document_id for each in files(50))
    assert len(team._hired) == 3
    team.dismiss()
    assert len(ray.killed) == 3


def test_what_a_lost_worker_had_is_given_to_another():
    losses, told, again = [], [], []

    def write(given: list[FoundFile], again_: bool) -> PartDone:
        if len(losses) < 2 and given[0].document_id == "d5.txt":
            losses.append(given)
            raise RayActorError("its machine lost power")
        if again_:
            again.append(given)
        return held(given)

    ray = MadeUpRay(2, lambda given, again: write(given, again))
    done = ids(_Team(ray, JOB, told.append).done(_parts(files(20), 20)))
    assert sorted(done) == sorted(each.document_id for each in files(20))
    assert [each for given in again for each in given] == [files(6)[5]]
    assert len(told) == 2
    assert all("was lost" in each for each in told)


def test_a_file_that_ends_its_worker_each_time_is_told_and_the_rest_is_done():
    def write(given: list[FoundFile], again: bool) -> PartDone:
        if any(each.document_id == "d7.txt" for each in given):
            raise RayActorError("no memory left")
        return held(given)

    parts = list(_Team(MadeUpRay(2, write), JOB).done(_parts(files(30), 3)))
    assert sorted(ids(iter(parts))) == sorted(each.document_id for each in files(30) if each.document_id != "d7.txt")
    ((source, reason),) = [error for part in parts for error in part.errors]
    assert source == "docs/d7.txt"
    assert f"ended {LOSSES} workers" in reason


def test_an_error_of_ours_stops_the_run_in_its_own_words():
    def write(given: list[FoundFile], again: bool) -> PartDone:
        raise RayTaskError(IndexUnwritableError("no room left; free some"))

    with pytest.raises(IndexUnwritableError, match="no room left"):
        list(_Team(MadeUpRay(1, write), JOB).done(_parts(files(2), 1)))


def test_workers_that_cannot_be_started_are_told(monkeypatch):
    def start() -> str:
        raise RayActorError("no module named assistant")

    with pytest.raises(ClusterError, match=r"no module named assistant.*install the same version"):
        list(_Team(MadeUpRay(1, print, start), JOB).done(_parts(files(2), 1)))


def test_a_cluster_without_a_free_core_is_told(monkeypatch):
    ray = MadeUpRay(1, print)
    monkeypatch.setattr(ray, "wait", lambda references, timeout: ([], references))
    monkeypatch.setattr(cluster, "STARTED_WITHIN", 0.0)
    with pytest.raises(ClusterError, match="no free core"):
        list(_Team(ray, JOB).done(_parts(files(2), 1)))


def test_a_machine_that_does_not_see_the_documents_is_named(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("Words.")
    ray = MadeUpRay(1, lambda given, again: PartDone(absent=(str(path),), host="machine7"))
    with pytest.raises(ClusterError, match=r"machine7 does not see .*a\.txt.*shared folder"):
        list(_Team(ray, JOB).done(_parts([FoundFile(path, "a.txt")], 1)))


def test_a_file_that_is_gone_everywhere_only_fails_itself():
    errors = (("docs/d0.txt", "cannot be opened"),)
    ray = MadeUpRay(1, lambda given, again: PartDone(errors=errors, absent=(str(given[0].path),)))
    (part,) = _Team(ray, JOB).done(_parts(files(1), 1))
    assert [str(each) for each in part.failed] == [str(DocumentError(*errors[0]))]


def test_an_index_in_a_folder_is_refused(tmp_path):
    with pytest.raises(ClusterError, match=r"one file with one writer.*--index postgresql://"):
        build_from_files([tmp_path], tmp_path / "index", ray="local")


@pytest.mark.parametrize("address", ["corpus", "http://head:6379", "head", "head:port", "", " "])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(ClusterError, match="no address of a Ray cluster"):
        Cluster(address, NOWHERE, None, ReadOptions())


def test_a_password_shows_in_nothing_that_is_printed_of_a_job():
    assert "secret-word" not in f"{JOB!r} {JOB}"


@pytest.fixture
def worker(server_address: ServerAddress, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Worker]:
    """A worker on an index of one document of a folder that has three."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(THREADS_VARIABLE, "1")  # as a worker sets it, and taken back afterwards
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("Apples grow here.")
    build_from_files(["docs"], server_address, encoder="hashing")
    for name in ("b", "c"):
        (tmp_path / "docs" / f"{name}.txt").write_text(f"More of {name}.")
    store = open_store(server_address)
    made = Worker(Job(server_address, store.folder, SplitLimits().within(256), ReadLimits(), ReadOptions(), ()))
    store.close()
    made.open()
    yield made
    made._readers.close()


def test_a_worker_writes_what_is_new_and_says_what_is_there(worker, server_address):
    found = find_files(["docs"])
    part = worker.write(found.files)
    assert [each.id for each in part.held] == ["b.txt", "c.txt", "a.txt"]
    again = worker.write(found.files)
    assert sorted(each.id for each in again.held) == ["a.txt", "b.txt", "c.txt"]
    assert sorted(again.held, key=lambda each: each.id) == sorted(part.held, key=lambda each: each.id)


def test_what_a_lost_worker_wrote_counts_as_written(worker, server_address):
    found = find_files(["docs"])
    store = open_store(server_address)
    run = UpdateRun(store, store.folder, found)
    given = run.shared_out()
    worker.write(given[:2])  # and is lost before it can say so
    assert sorted(run.took(worker.write(given, again=True))) == ["b.txt", "c.txt"]
    assert (run.added, run.changed, run.unchanged) == (("b.txt", "c.txt"), (), 1)
    store.close()


def test_ids_are_given_by_the_driver_as_one_process_would(tmp_path, server_address, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "same.txt").write_text(f"In {folder}.")
    build_from_files(["one"], server_address, encoder="hashing")
    store = open_store(server_address)
    (file,) = UpdateRun(store, store.folder, find_files(["two"])).shared_out()
    assert file.document_id == "two/same.txt"  # the short id is another's
    store.close()


def test_the_address_of_an_index_that_is_rebuilt_travels_whole(server_address):
    import copy

    beside = lifecycle.beside(server_address)
    again = copy.copy(beside)
    assert (again.options, again.dsn) == (beside.options, beside.dsn)
    assert ServerStore.exists(again) is False
