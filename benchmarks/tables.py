"""Writes the measured numbers into README.md and docs/: ``python -m benchmarks.tables`` (``--check`` only compares)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.peers import tables as peers
from benchmarks.ray_tables import ray_table
from benchmarks.reliability.outside_tables import hostile_table, load_table
from benchmarks.reliability.tables import flips_table
from benchmarks.server_tables import sizes_table, stores_table, times_table, trials_table
from benchmarks.speed_tables import neighbours_table, precision_table, ratios_table, scale_table, speed_table

ROOT = Path(__file__).parent.parent
RESULTS = ROOT / "benchmarks" / "results"

PUBLISHED = {
    ("anthropic_docs_rag", "recall@3"): ".693 Voyage + LLM re-ranking",
    ("anthropic_docs_rag", "rr@3"): ".865 Voyage + LLM re-ranking",
    ("anthropic_codebase", "recall@5"): ".864 Voyage + LLM-written context",
    ("anthropic_codebase", "recall@10"): ".928 Voyage + LLM-written context",
    ("anthropic_codebase", "recall@20"): ".938 Voyage + LLM-written context",
    ("scifact", "ndcg@10"): ".713 bge-small-en-v1.5; .679 BM25 (Anserini)",
    ("chroma_chunking", "char_recall@5"): ".881 text-embedding-3-large; .792 best with this encoder",
    ("chroma_chunking", "char_iou@5"): ".070 text-embedding-3-large; .057 with that recall",
}
DEFAULT = "+ support (default)"
CONTEXTS = ("default without titles", "default with file names")
OTHER_CONTEXT = "other context"


def _results(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return loaded


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3f}".removeprefix("0")


def _measures(stages: dict[str, Any]) -> list[str]:
    return [name for name, entry in stages[DEFAULT].items() if isinstance(entry, dict)]


def summary_table() -> str:
    """The README's table: the default against dense, BM25 and what others publish."""
    rows = [
        "| set | measure | dense | BM25 | **Footnote** | 95 % interval | published elsewhere |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, result in sorted(_results("retrieval")["sets"].items()):
        stages = result["stages"]
        for measure in _measures(stages):
            best = stages[DEFAULT][measure]
            rows.append(
                f"| {name} | {measure} | {_number(stages['dense'][measure]['value'])} "
                f"| {_number(stages['lexical'][measure]['value'])} | **{_number(best['value'])}** "
                f"| {_number(best['low'])}–{_number(best['high'])} | {PUBLISHED.get((name, measure), '–')} |"
            )
    return "\n".join(rows)


def _stage(stages: dict[str, Any], name: str) -> dict[str, Any]:
    if name != OTHER_CONTEXT:
        return dict(stages.get(name, {}))
    return next((dict(stages[each]) for each in CONTEXTS if each in stages), {})


def ablation_table() -> str:
    """Every stage on every set, with the change against the stage it builds on and the two halves of the default."""
    stages = ["dense", "lexical", "lexical in context", "fused", "+ late interaction", DEFAULT, OTHER_CONTEXT]
    rows = [
        "| set | measure | dense | BM25 | … in context | fused | + late interaction | + support (default) "
        "| other context | tuning / held-out half |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, result in sorted(_results("retrieval")["sets"].items()):
        for measure in _measures(result["stages"]):
            cells = []
            for stage in stages:
                entry = _stage(result["stages"], stage).get(measure)
                if entry is None:
                    cells.append("–")
                    continue
                change = ""
                if entry.get("difference") is not None:
                    change = f" ({entry['difference']:+.3f}, p={entry['p_value']:.2g})"
                cells.append(_number(entry["value"]) + change)
            default = result["stages"][DEFAULT][measure]
            halves = " / ".join("–" if default[h] is None else _number(default[h]) for h in ("tuning", "held_out"))
            rows.append(f"| {name} | {measure} | " + " | ".join(cells) + f" | {halves} |")
    return "\n".join(rows)


def timing_table() -> str:
    """Median time of one search with and without re-ranking."""
    rows = ["| set | passages | fused, ms | with re-ranking, ms | added, ms |", "|---|---|---|---|---|"]
    for name, result in sorted(_results("retrieval")["sets"].items()):
        fused, full = (result["stages"][stage]["median_ms"] for stage in ("fused", DEFAULT))
        rows.append(f"| {name} | {result['passages']:,} | {fused:.1f} | {full:.1f} | {full - fused:.1f} |")
    return "\n".join(rows)


def answers_table() -> str:
    """What was measured of sentence choice, confidence and calibration."""
    result = _results("answers")
    rows = ["| what | measure | held-out half | tuning half |", "|---|---|---|---|"]
    for kind in ("paragraph given", "searched", "small corpora", "follow-ups"):
        name = f"right sentence, {kind}"
        cells = [_number(result["sentences"][f"{name}, {half}"]) for half in ("held_out", "tuning")]
        rows.append(f"| right sentence first, {kind} (squad2) | share | {cells[0]} | {cells[1]} |")
    for name, value in result["held_out"].items():
        if not isinstance(value, float):
            continue
        tuning = result["tuning"].get(name)
        measure = "area under ROC" if name.startswith("auroc") else "expected calibration error"
        what = name.removeprefix("auroc ").removeprefix("ece ")
        rows.append(f"| {what} | {measure} | {_number(value)} | {'–' if tuning is None else _number(tuning)} |")
    return "\n".join(rows)


def outcomes_table() -> str:
    """Share of each kind of question that is answered and refused."""
    result = _results("answers")["held_out"]["outcomes"]
    rows = ["| questions | n | answered | weak | not found |", "|---|---|---|---|---|"]
    for name, entry in result.items():
        weak = 1 - entry["answered"] - entry["refused"]
        rows.append(f"| {name} | {entry['n']} | {entry['answered']:.0%} | {weak:.0%} | {entry['refused']:.0%} |")
    return "\n".join(rows)


def whole_table() -> str:
    """What was measured of whole answers: marked words, several questions at once, other languages."""
    result = _results("answers")["asked as users do"]
    marked, pairs = result["marked words"], result["several questions at once"]
    rows = [
        "| what | on | value |",
        "|---|---|---|",
        f"| marked words are the right ones | the {marked['marked']} of {marked['right quotations']} right first "
        f"quotations that have a mark | {_number(marked['precision'])} |",
        f'| two questions joined by "and": both quoted | {pairs["pairs"]} pairs of one article | '
        f"{_number(pairs['both quoted, taken apart'])} taken apart, "
        f"{_number(pairs['both quoted, as one question'])} as one |",
    ]
    for language, entry in result["other languages"].items():
        rows.append(
            f"| the same subjects asked in language `{language}` | 150 questions of XQuAD, English documents | "
            f"{entry['answered']:.0%} answered, {entry['weak']:.0%} weak, {entry['not_found']:.0%} not found |"
        )
    beyond = marked["median ms beyond retrieval"]
    rows.append(f"| time beyond retrieval, median | {marked['questions']} questions | {beyond:.1f} ms |")
    return "\n".join(rows)


def followups_table() -> str:
    """Follow-ups alone, with history and as rewritten by a human."""
    result = _results("followups")
    talk, lean = result["mtrag_human_subset"], result["canard"]
    scores, against = talk["ndcg@10"], talk["history against rewrite"]
    changed = talk["change of subject (rewritten question after another conversation)"]
    rows = [
        "| what | set | value |",
        "|---|---|---|",
        f"| nDCG@10, the question alone | mtrag, {talk['turns after the first']} later turns "
        f"| {_number(scores['alone'])} |",
        f"| … with its history | | **{_number(scores['history'])}** |",
        f"| … as rewritten by a human | | {_number(scores['rewrite'])} |",
        f"| history / rewrite | | {against['ratio']:.2f} (difference {against['difference']:+.3f}, "
        f"95 % {against['interval'][0]:+.3f} to {against['interval'][1]:+.3f}) |",
        f"| loss where the subject changes | mtrag | {changed['loss']:+.4f} |",
    ]
    pairs = result["squad2 pairs"]
    alone, history, written = (_number(pairs["ndcg@10"][name]) for name in ("alone", "history", "written"))
    rows.append(
        f"| nDCG@10: alone / with the question before / as written | squad2, {pairs['n']} follow-ups made of pairs "
        f"| {alone} / **{history}** / {written} |"
    )
    for name, entry in lean.items():
        rows.append(
            f"| judged leaning, by words alone: {name} | canard, {entry['n']:,} turns | {entry['judged leaning']:.0%} |"
        )
    return "\n".join(rows)


def sample_table() -> str:
    """What a newcomer sees on the sample question set."""
    metrics = _results("sample")["metrics"]
    shown = ("recall@5", "quote_hit@1", "answerable_auroc", "false_answer_rate", "false_refusal_rate")
    rows = ["| measure on the 75 sample questions | value | 95 % interval |", "|---|---|---|"]
    for name in shown:
        entry = metrics[name]
        rows.append(f"| {name} | {_number(entry['value'])} | {_number(entry['low'])}–{_number(entry['high'])} |")
    return "\n".join(rows)


def formats_table() -> str:
    """Word recall and order of each format's reader."""
    rows = ["| format | files | word recall | order | files below .90 |", "|---|---|---|---|---|"]
    for name, entry in _results("formats")["formats"].items():
        low = ", ".join(
            f"{file} ({_number(entry['by_file'][file]['recall'])} / {_number(entry['by_file'][file]['order'])})"
            for file in entry["low"]
        )
        recall, order = _number(entry["recall"]), _number(entry["order"])
        rows.append(f"| {name} | {entry['files']} | {recall} | {order} | {low or '–'} |")
    return "\n".join(rows)


def articles_table() -> str:
    """Main text of news pages: ours and trafilatura's options."""
    rows = ["| reader | precision | recall | F1 | seconds a page |", "|---|---|---|---|---|"]
    for name, entry in _results("article_extraction")["results"].items():
        shown = " | ".join(_number(entry[measure]) for measure in ("precision", "recall", "f1", "seconds_per_page"))
        rows.append(f"| {name} | {shown} |")
    return "\n".join(rows)


def reading_table() -> str:
    """What came of every real file, by suffix, and what three passes cost."""
    result = _results("reading")
    rows = [
        "| suffix | files | read | refused | seconds p50 | p95 | max | most memory |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for suffix, entry in result["formats"].items():
        refused = "; ".join(f"{n} × {reason}" for reason, n in entry["refused"].items()) or "–"
        seconds = " | ".join(f"{entry['seconds'][name]:.3f}" for name in ("p50", "p95", "max"))
        rows.append(
            f"| {suffix} | {entry['files']} | {entry['read']} | {refused} | {seconds} | {entry['peak_mib']} MiB |"
        )
    never = sum(result["never_opened"].values())
    passes = result["passes"]
    each = {name: ", ".join(str(one[name]) for one in passes) for name in ("seconds", "worker_peak_mib", "own_mib")}
    same = "the same outcome for every file" if result["same_each_pass"] else "not the same outcomes"
    return (
        "\n".join(rows) + f"\n\n{result['files']} files, {never} of them of types that are not read. Three passes took "
        f"{each['seconds']} s, with {same}; the most memory of a worker was {each['worker_peak_mib']} MiB, "
        f"the parent had {each['own_mib']} MiB in use after each."
    )


def fuzz_table() -> str:
    """What came of ten thousand damaged files, by suffix."""
    result = _results("fuzz_reading")
    rows = [
        "| suffix | outcomes | documents | refused | cost a worker | slowest, s | most memory |",
        "|---|---|---|---|---|---|---|",
    ]
    for suffix, entry in result["formats"].items():
        cost = "; ".join(f"{n} × {reason}" for reason, n in entry["cost_a_worker"].items()) or "–"
        rows.append(
            f"| {suffix} | {entry['outcomes']:,} | {entry['read']:,} | {entry['refused']:,} | {cost} "
            f"| {entry['seconds']['max']:.2f} | {entry['peak_mib']} MiB |"
        )
    return "\n".join(rows) + (
        f"\n\n{result['files']:,} files from {result['seeds']} seeds in {result['seconds']} s. "
        "An archive has an outcome for each member."
    )


def serving_table() -> str:
    """How long ``footnote serve`` takes until each moment, and what the imports cost."""
    result = _results("serving")
    names = {
        "listening": "the server takes connections",
        "page": "the page has come, with its scripts and styles",
        "encoder": "the encoder is loaded: no question waits any more",
    }
    rows = ["| seconds from the start of the process until | median | best |", "|---|---|---|"]
    rows += [
        f"| {what} | {result['seconds'][name]['median']:.1f} | {result['seconds'][name]['best']:.1f} |"
        for name, what in names.items()
    ]
    worked, load = result["seconds"]["listening_processor"]["best"], result["load"][0]
    return "\n".join(rows) + (
        f"\n\n{result['runs']} starts on {result['provenance']['machine']}, shared with other work (load {load:.0f}): "
        f"until it takes connections it has used {worked:.1f} s of a processor itself, about what it takes alone."
    )


def page_times_table() -> str:
    """How long a reader waits for the page and for an answer."""
    result = _results("page")
    answer, later = result["answer_ms"], result["answer_ms_after_60_questions"]
    return "\n".join(
        [
            "| what, in a real browser on the sample corpus | time |",
            "|---|---|",
            f"| Enter to the answer on the screen, median / 95th percentile of {result['questions']} questions "
            f"| {answer['median']:.0f} / {answer['p95']:.0f} ms |",
            f"| … in a conversation of 60 questions | {later['median']:.0f} / {later['p95']:.0f} ms |",
            f"| the first question of a server | {result['first_question_ms']:.0f} ms |",
            f"| the page can be used, from the moment it is asked for | {result['page_usable_s']:.2f} s |",
            f"| a conversation of 60 questions loaded again | {result['reload_with_60_questions_s']:.2f} s |",
        ]
    )


def page_views_table() -> str:
    """Pages opened one at a time: agreement with the whole file, and times."""
    rows = [
        "| file | pages | characters checked | without a place / at another | whole file read, s | a page opened, ms "
        "(median / worst) | in the server's own process | ratio | again, ms | first page, its process included "
        "| find, ms |",
        "|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    for name, entry in _results("page_views")["files"].items():
        rows.append(
            f"| {name} | {entry['pages']:,} | {entry['characters_checked']:,} "
            f"| {entry['without_place']} / {entry['at_another_place']} | {entry['read_whole_s']} "
            f"| {entry['open_page_median_ms']:.0f} / {entry['open_page_worst_ms']:.0f} "
            f"| {entry['in_this_process_median_ms']:.0f} | {entry['ratio_to_this_process']:.2f} "
            f"| {entry['again_median_ms']:.0f} | {entry['first_page_with_its_process_ms']:.0f} "
            f"| {entry['find_ms']:.0f} |"
        )
    return "\n".join(rows)


def kills_table() -> str:
    """What was found after each kill, by what was going on."""
    result = _results("reliability_kills")
    rows = [
        "| killed during | kills | acknowledged by then | documents looked at | lost | mixed | not opened "
        "| questions answered wrong | not finished by the next run, or done twice |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for name, entry in result["scenes"].items():
        wrong = f"{entry['wrong answers']} of {entry['questions']:,}"
        unfinished = entry["not finished by the next run"] + entry["done again by the next run"]
        rows.append(
            f"| {name} | {entry['kills']} | {entry['acknowledged']:,} | {entry['documents looked at']:,} "
            f"| {entry['lost'] + entry['removed in part']} | {entry['mixed']} | {entry['not opened']} "
            f"| {wrong} | {unfinished} |"
        )
    return "\n".join(rows) + f"\n\n{result['kills']} kills in {result['seconds']} s, documents: {result['documents']}."


def readers_table() -> str:
    """What readers saw beside a writer."""
    result = _results("reliability_readers")
    wrong = ("mixed", "another version's digest", "not found", "errors")
    rows = [
        f"| readers | updates (rebuilds) | answers | {' | '.join(wrong)} | median, ms | p99, ms |",
        "|---|---|---|" + "---|" * (len(wrong) + 2),
        f"| {result['readers']} | {result['updates']} ({result['rebuilds']}) | {result['answers']:,} "
        f"| {' | '.join(str(result[what]) for what in wrong)} | {result['median_ms']:.0f} | {result['p99_ms']:.0f} |",
    ]
    return "\n".join(rows) + "\n\nTimes are of five processes on two cores that were shared with other work."


PLACES: list[tuple[str, str, Callable[[], str]]] = [
    ("README.md", "benchmark", summary_table),
    ("README.md", "sample", sample_table),
    ("docs/ranking.md", "ablation", ablation_table),
    ("docs/ranking.md", "timing", timing_table),
    ("docs/answers.md", "answers", answers_table),
    ("docs/answers.md", "whole", whole_table),
    ("docs/answers.md", "outcomes", outcomes_table),
    ("docs/answers.md", "followups", followups_table),
    ("docs/reading.md", "reading", reading_table),
    ("docs/reading.md", "fuzz", fuzz_table),
    ("docs/formats.md", "formats", formats_table),
    ("docs/formats.md", "articles", articles_table),
    ("docs/serving.md", "serving", serving_table),
    ("docs/page.md", "page_times", page_times_table),
    ("docs/page.md", "page_views", page_views_table),
    ("docs/reliability.md", "kills", kills_table),
    ("docs/reliability.md", "readers", readers_table),
    ("docs/reliability.md", "flips", flips_table),
    ("docs/reliability.md", "load", load_table),
    ("docs/reliability.md", "hostile", hostile_table),
    ("docs/scale.md", "stores", stores_table),
    ("docs/scale.md", "trials", trials_table),
    ("docs/scale.md", "sizes", sizes_table),
    ("docs/scale.md", "times", times_table),
    ("docs/scale.md", "ray", ray_table),
    ("docs/speed.md", "ratios", ratios_table),
    ("docs/speed.md", "speed", speed_table),
    ("docs/speed.md", "precision", precision_table),
    ("docs/speed.md", "scale", scale_table),
    ("docs/speed.md", "neighbours", neighbours_table),
    ("docs/peers.md", "configurations", peers.configurations_table),
    ("docs/peers.md", "measures", peers.measures_table),
    ("docs/peers.md", "ratios", peers.ratios_table),
    ("docs/peers.md", "quality", peers.quality_table),
]


def main() -> None:
    """Write the tables between their markers, or fail if they are not what the results say."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="change nothing; exit with 1 if a table is out of date")
    options = parser.parse_args()
    stale = []
    for file, marker, table in PLACES:
        path = ROOT / file
        text = path.read_text(encoding="utf-8")
        begin, end = f"<!-- {marker}:begin -->\n", f"<!-- {marker}:end -->"
        before, rest = text.split(begin, 1)
        wanted = f"{before}{begin}{table()}\n{end}{rest.split(end, 1)[1]}"
        if wanted != text:
            stale.append(f"{file} ({marker})")
            if not options.check:
                path.write_text(wanted, encoding="utf-8")
    if options.check and stale:
        sys.exit(f"out of date: {', '.join(stale)}; run: python -m benchmarks.tables")


if __name__ == "__main__":
    main()
