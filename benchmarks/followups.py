"""Follow-ups against the human rewrite, with the same ranking: ``python -m benchmarks.followups --data DIR``.

MTRAG's last turns are searched for alone, with their history, and as rewritten by a human. A change of subject is
made by giving a whole question the history of another conversation. SQuAD's follow-ups are made of pairs of questions
(``answer_followups``); they lean on what was just asked by construction. CANARD has no documents: it is counted how
often a question is judged to lean on its conversation, where its rewrite adds words and where it does not.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from assistant import Assistant, Turn
from assistant.conversation import contextual_queries
from assistant.datatypes import WeightedQuery
from assistant.evaluation import load_question_set, metrics
from assistant.evaluation.statistics import mean, mean_interval, randomisation_p_value
from benchmarks.answer_cases import conversations, squad
from benchmarks.answer_followups import follow_ups
from benchmarks.provenance import provenance


def ndcg(assistant: Assistant, queries: Sequence[WeightedQuery], relevant: dict[str, int]) -> float:
    """nDCG@10 over documents of one search."""
    hits = assistant.searcher.find(queries, 100).hits
    return metrics.ndcg_at(list(dict.fromkeys(hit.passage.document for hit in hits)), relevant, 10)


def mtrag(data: Path, cache: Path) -> dict[str, Any]:
    """Turns with qrels: alone, with history, rewritten, and with the history of another conversation."""
    documents, turns = conversations(data)
    relevant = {q.id: dict(q.relevant) for q in load_question_set(data / "mtrag_human_subset").questions if q.relevant}
    assistant = Assistant.from_memory(documents, cache / "mtrag_human_subset")
    alike = assistant.searcher.likeness
    later = [turn for turn in turns if turn["history"] and any(relevant.get(turn["_id"], {}).values())]
    first = [turn for turn in turns if not turn["history"] and any(relevant.get(turn["_id"], {}).values())]
    scores: dict[str, list[float]] = {name: [] for name in ("alone", "history", "rewrite")}
    leaning = 0
    for turn in later:
        text, gold = turn["text"], relevant[turn["_id"]]
        queries = contextual_queries(text, _turns(turn["history"]), alike)
        leaning += len(queries) > 1
        scores["alone"].append(ndcg(assistant, [WeightedQuery(text)], gold))
        scores["history"].append(ndcg(assistant, queries, gold))
        scores["rewrite"].append(ndcg(assistant, [WeightedQuery(turn["rewrite"])], gold))
    foreign, plain = [], []
    for place, turn in enumerate(later):
        other = later[(place + len(later) // 2) % len(later)]
        gold = relevant[turn["_id"]]
        plain.append(ndcg(assistant, [WeightedQuery(turn["rewrite"])], gold))
        foreign.append(ndcg(assistant, contextual_queries(turn["rewrite"], _turns(other["history"]), alike), gold))
    assistant.close()
    gain = [a - b for a, b in zip(scores["history"], scores["rewrite"], strict=True)]
    return {
        "turns after the first": len(later),
        "first turns": len(first),
        "judged leaning": round(leaning / len(later), 4),
        "ndcg@10": {name: round(mean(scores[name]), 4) for name in ("alone", "history", "rewrite")},
        "history against rewrite": {
            "ratio": round(mean(scores["history"]) / mean(scores["rewrite"]), 4),
            "difference": round(mean(gain), 4),
            "interval": [round(x, 4) for x in mean_interval(gain)],
            "p_value": round(randomisation_p_value(gain), 4),
        },
        "change of subject (rewritten question after another conversation)": {
            "without history": round(mean(plain), 4),
            "with foreign history": round(mean(foreign), 4),
            "loss": round(mean(plain) - mean(foreign), 4),
        },
    }


def made_of_pairs(data: Path, cache: Path) -> dict[str, Any]:
    """SQuAD's follow-ups of the held-out articles: alone, with the question before, and as they were written."""
    documents, asked = squad(data)
    written = {(each.document, each.gold): each.text for each in asked}
    assistant = Assistant.from_memory(documents, cache / "squad2")
    scores: dict[str, list[float]] = {name: [] for name in ("alone", "history", "written")}
    for each in follow_ups(asked):
        if each.gold and not each.tuning:
            queries = contextual_queries(each.text, _turns(each.earlier), assistant.searcher.likeness)
            whole = [WeightedQuery(written[each.document, each.gold])]
            for name, searched in (("alone", [WeightedQuery(each.text)]), ("history", queries), ("written", whole)):
                scores[name].append(ndcg(assistant, searched, {each.document: 1}))
    assistant.close()
    return {"n": len(scores["alone"]), "ndcg@10": {name: round(mean(each), 4) for name, each in scores.items()}}


def canard(path: Path) -> dict[str, Any]:
    """How often a question is judged to lean, by words alone, where it must and where it need not."""
    judged: dict[bool, list[bool]] = {True: [], False: []}
    for row in json.loads(path.read_text(encoding="utf-8")):
        history = row["History"][2::2]  # title and section come first, then questions and answers in turn
        if not history:
            continue
        whole = _letters(row["Question"]) == _letters(row["Rewrite"])
        judged[whole].append(len(contextual_queries(row["Question"], _turns(history))) > 1)
    return {
        "needs its context": {
            "n": len(judged[False]),
            "judged leaning": round(mean(list(map(float, judged[False]))), 4),
        },
        "stands alone": {"n": len(judged[True]), "judged leaning": round(mean(list(map(float, judged[True]))), 4)},
    }


def _turns(history: Sequence[Any]) -> list[Turn]:
    """The user's earlier questions as turns; answers in between are left out."""
    texts = [each["text"] if isinstance(each, dict) else each for each in history]
    users = [each.get("speaker", "user") == "user" if isinstance(each, dict) else True for each in history]
    return [Turn(text.replace("|user|:", "").strip()) for text, user in zip(texts, users, strict=True) if user]


def _letters(text: str) -> str:
    return re.sub(r"\W", "", text.casefold())


def main() -> None:
    """Measure and write the result file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the open sets")
    parser.add_argument("--cache", type=Path, default=Path(".cache/benchmarks"), help="where indexes are kept")
    parser.add_argument("--out", type=Path, default=Path("benchmarks/results/followups.json"))
    options = parser.parse_args()
    result = {
        "mtrag_human_subset": mtrag(options.data, options.cache),
        "squad2 pairs": made_of_pairs(options.data, options.cache),
        "canard": canard(options.data / "canard" / "dev.json"),
        "provenance": provenance(
            [
                options.data / "mtrag_human_subset" / "queries.jsonl",
                options.data / "squad2" / "queries.jsonl",
                options.data / "canard" / "dev.json",
            ]
        ),
    }
    options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
