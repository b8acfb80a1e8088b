"""`manage.py evaluate` on a small set of our own, and the database it works in."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from catalog.models import Need, Offer
from matchmaking import comparison
from matchmaking.demo import loading
from matchmaking.evaluation_data import BadTestSet, read
from matchmaking.peers import Bm25, rrf
from matchmaking.scratch import scratch_database
from tests.factories import make_offer
from tests.sampling import sampled

CORPUS = {
    "d1": ("Heat pumps for old houses", "We plan and install heat pumps in buildings with radiators.", "en"),
    "d2": ("Vorhersage für Bäckereien", "Unsere Software sagt voraus, wie viele Brötchen verkauft werden.", "de-AT"),
    "d3": ("", "Welding of 316L tubes to EN 1090 for dairies.", "en"),
    "d4": ("x" * 300, "A title that is far too long for a title, and a \0 in the text.", ""),
}
QUERIES = {
    "q1": ("Warm water and heating without gas in an old house", "en"),
    "q2": ("We never know how much bread to bake", "en"),
    "q3": ("Rohre aus 316-L schweißen", "de"),
}
QRELS = {"q1": "d1", "q2": "d2", "q3": "d3"}
SYSTEMS = ["system", "dense", "bm25", "rrf"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    corpus = [{"id": id, "title": t, "text": text, "lang": lang} for id, (t, text, lang) in CORPUS.items()]
    queries = [{"id": id, "text": text, "lang": lang} for id, (text, lang) in QUERIES.items()]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (tmp_path / f"{name}.jsonl").write_text(lines + "\n\n", encoding="utf-8")
    (tmp_path / "qrels.tsv").write_text("".join(f"{query}\t{document}\t1\n" for query, document in QRELS.items()))
    (tmp_path / "split.tsv").write_text("q1\tdev\nq2\ttest\nq3\ttest\n")
    return tmp_path


def databases() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{connection_name()}_scratch_%"])
        return {name for (name,) in cursor.fetchall()}


def connection_name() -> str:
    return connection.settings_dict["NAME"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("arguments", sampled([[], ["--detect"], ["--cold"]], 1))
def test_all_systems_are_measured_and_nothing_stays_behind(folder: Path, arguments: list[str], capsys):
    mine = make_offer()
    call_command("evaluate", str(folder), "--json", *arguments)
    report = json.loads(capsys.readouterr().out)
    assert list(report) == SYSTEMS
    for figures in report.values():
        metrics = ["ndcg@10", "recall@10", "recall@100", "mrr@10"]
        own = ["calibration", "refusals"] if figures is report["system"] else []
        assert list(figures) == [*metrics, "interval", "by_language", "exposure", "seconds", *own]
        assert 0 < figures["exposure"]["coverage"] <= 1
        low, high = figures["interval"]
        assert low <= figures["ndcg@10"] <= high
        assert all(0 <= value <= 1 for value in figures["by_language"].values())
        assert list(figures["seconds"]) == ["encode", "index", "search"]
    assert report["system"]["ndcg@10"] == report["system"]["mrr@10"] == 1
    assert report["bm25"]["recall@100"] < 1
    assert databases() == set()
    assert Offer.objects.get() == mine
    assert not Need.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.long
def test_the_table_has_a_line_a_system(folder: Path, capsys):
    call_command("evaluate", str(folder), "--split", "dev")
    head, *lines = capsys.readouterr().out.splitlines()
    assert "ndcg@10" in head
    assert [line.split()[0] for line in lines[:4]] == SYSTEMS
    assert lines[5].startswith("first 10 of judged needs: 4 pairs, 0.250 right")
    assert lines[6].startswith("moved to the reviews of the other needs: calibration error 0.")
    assert [line.split()[0] for line in lines[7:9]] == ["said", "right"]
    assert lines[10].split() == ["first", "10", "coverage", "long_tail", "gini"]
    assert [line.split()[0] for line in lines[11:15]] == SYSTEMS


@pytest.mark.django_db(transaction=True)
@pytest.mark.long
def test_needs_of_another_set_are_asked_without_being_stored(folder: Path, tmp_path: Path, capsys):
    other = tmp_path / "off"
    other.mkdir()
    rows = [{"id": "n1", "text": "A poem about the moon over the sea."}, {"id": "n2", "text": "qwerty", "lang": "en"}]
    (other / "queries.jsonl").write_text("\n".join(map(json.dumps, rows)))
    call_command("evaluate", str(folder), "--json", "--negatives", str(other))
    system = json.loads(capsys.readouterr().out)["system"]
    found = system["refusals"]["off"]
    assert found["needs"] == 2
    assert found["at_5%"]["proposed"] == 0.0
    assert 0.0 <= found["at_5%"]["pairs_kept"] <= 1.0
    assert system["calibration"]["pairs"] == 12
    call_command("evaluate", str(folder), "--negatives", str(other))
    assert "nothing fits" in capsys.readouterr().out


def test_the_demo_is_a_set_too_and_what_only_touches_a_need_is_no_answer():
    demo = read(Path(loading.__file__).parent)
    assert (len(demo.corpus), len(demo.queries)) == (132, 76)
    answered = [query for query in demo.queries if any(demo.qrels[query.id].values())]
    assert len(answered) == 50
    assert set().union(*(own.values() for own in demo.qrels.values())) == {0.0, 1.0, 2.0}


@pytest.mark.django_db(transaction=True)
@pytest.mark.long
def test_a_pull_towards_offers_seen_less_makes_the_first_ten_no_less_even(
    folder: Path, settings, monkeypatch, capsys
):
    monkeypatch.setattr(comparison, "FIRST", 1)
    gini = []
    for settings.EXPOSURE_PULL in (0.0, 5.0):
        call_command("evaluate", str(folder), "--json")
        gini.append(json.loads(capsys.readouterr().out)["system"]["exposure"]["gini"])
    assert gini[1] <= gini[0]


def test_a_split_takes_its_queries_only(folder: Path):
    assert [query.id for query in read(folder, "dev").queries] == ["q1"]
    assert read(folder, "test").qrels.keys() == {"q2", "q3"}
    (folder / "split.tsv").unlink()
    assert len(read(folder, "test").queries) == 3


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("corpus.jsonl", '{"id": "d1", "text": "x"}\nnonsense\n', r"corpus\.jsonl, line 2"),
        ("corpus.jsonl", '["d1"]\n', r"corpus\.jsonl, line 1"),
        ("corpus.jsonl", "\n", "0 documents"),
        ("qrels.tsv", "q1\td1\n", r"qrels\.tsv, line 1: 3 fields"),
        ("qrels.tsv", "q1\td1\tvery\n", r"line 1: the relevance 'very'"),
        ("split.tsv", "q1 dev\n", r"split\.tsv, line 1"),
    ],
)
def test_a_bad_file_is_named_with_its_line(folder: Path, file: str, content: str, message: str):
    (folder / file).write_text(content)
    with pytest.raises(BadTestSet, match=message):
        read(folder, "dev")


def test_texts_hold_what_a_database_keeps_and_languages_have_two_letters(folder: Path):
    """A file made elsewhere may hold halves of characters, and name languages in other ways."""
    rows = [("pt-BR", "pt"), ("zh_Hant", "zh"), ("EN", "en"), ("deu", ""), (None, "")]
    lines = [json.dumps({"id": n, "text": "a\0b\ud800", "lang": told}) for n, (told, _known) in enumerate(rows)]
    (folder / "corpus.jsonl").write_text("\n".join(lines))
    corpus = read(folder, "all").corpus
    assert {text.text for text in corpus} == {"a b?"}
    assert [text.language for text in corpus] == [known for _told, known in rows]


def test_a_folder_that_is_none_and_a_missing_file_are_named(folder: Path):
    with pytest.raises(CommandError, match="is not a folder"):
        call_command("evaluate", str(folder / "nowhere"))
    (folder / "qrels.tsv").unlink()
    with pytest.raises(CommandError, match=r"qrels\.tsv is missing"):
        call_command("evaluate", str(folder))


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_the_scratch_database_is_dropped_when_its_user_fails():
    real = connection_name()

    def fail() -> None:
        with scratch_database() as name:
            assert connection_name() == name != real
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert connection_name() == real
    assert databases() == set()


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_the_database_is_dropped_while_autovacuum_looks_at_it():
    """Its worker belongs to a superuser, whom nobody else may end; it comes once a minute."""
    with scratch_database(), connection.cursor() as cursor:
        slowly = (
            "autovacuum_vacuum_threshold = 1, autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1"
        )
        cursor.execute(f"CREATE TABLE filled WITH ({slowly}) AS SELECT generate_series(1, 300000) AS number")
        cursor.execute("DELETE FROM filled WHERE number % 2 = 0")
        workers = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND usename IS DISTINCT FROM current_user"
        for _ in range(150):
            cursor.execute(workers, [connection_name()])
            if cursor.fetchone()[0]:
                break
            time.sleep(1)
        else:
            pytest.fail("autovacuum never came")
    assert databases() == set()


HOLDER = """
import sys, time
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = {name!r}
from matchmaking.scratch import scratch_database
with scratch_database() as name:
    print(name, flush=True)
    time.sleep(600)
"""


@pytest.mark.long
@pytest.mark.django_db(transaction=True)
def test_what_a_killed_process_left_is_dropped_by_the_next_and_what_is_in_use_is_not():
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "matchmaking.settings"}
    command = [sys.executable, "-c", HOLDER.format(name=connection_name())]
    with subprocess.Popen(  # noqa: S603 - our own interpreter
        command, env=environment, stdout=subprocess.PIPE, text=True
    ) as holder:
        held = holder.stdout.readline().strip()
        try:
            with scratch_database():
                pass
            assert databases() == {held}
        finally:
            holder.send_signal(signal.SIGKILL)
    for _ in range(100):
        with scratch_database():
            pass
        if not databases():
            break
    assert databases() == set()


def test_the_peers_take_any_query():
    bm25 = Bm25().fit(["heat pump", "bread"], ["en", "xx"])
    scores = bm25.score(["", "heat pumps", "unknown words", "the"], ["en", "en", "tr", "en"])
    assert (scores[1] > 0).tolist() == [True, False]
    assert not (scores[[0, 2, 3]] > 0).any()


def test_rank_fusion_by_hand():
    fused = rrf(np.array([[0.9, 0.8, 0.7]]), np.array([[-np.inf, 2.0, 1.0]]))
    assert fused[0].tolist() == pytest.approx([1 / 61, 1 / 62 + 1 / 61, 1 / 63 + 1 / 62])
