"""Writes `windows.jsonl` beside it: `python3 windows.py FOLDER`, the folder of the rows, queries and expected answers as they were computed.

What is left out: members that have no value for a column's type, and each query (but those that count every row) in whose
window two rows of one event lie: there a correction replaces what it corrects, which a source does not do (S11).
An empty list of newest values is [], NaN is no value, -0.0 is 0.0 (S3, S21).
"""
import datetime
import json
import pathlib
import sys

FOLDER = pathlib.Path(sys.argv[1])
EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
MICROSECOND = datetime.timedelta(microseconds=1)


def lines(name):
    return [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text().splitlines()]


def instant(text):
    return (datetime.datetime.fromisoformat(text) - EPOCH) // MICROSECOND


def has_corrections(query, rows):
    """Whether its window holds two rows of one event."""
    as_of = instant(query["as_of"])
    events = [
        row["event_id"]
        for row in rows
        if all(value is not None and row[name] == value for name, value in zip(query["entity"], query["key"]))
        and as_of - query["window_us"] < instant(row["event_time"]) <= as_of
        and (query["mode"] == "event" or instant(row["created_time"]) <= as_of)
    ]
    return len(events) > len(set(events))


def plain(column, value):
    if isinstance(value, list):
        return [plain(column, each) for each in value]
    return 0 if column == "vf" and value == "-0" else value


rows = lines("rows")
expected = {line["qid"]: line["expected"] for line in lines("expected")}
kept = [
    {
        "id": query["qid"],
        "case": query["case"],
        "keys": dict(zip(query["entity"], query["key"])),
        "asOf": query["as_of"],
        "knowledge": query["mode"],
        "column": query["col"],
        "windowUs": query["window_us"],
        **({"loose": True} if query.get("loose") else {}),
        "expected": {name: plain(query["col"], value) for name, value in expected[query["qid"]].items()},
    }
    for query in lines("queries")
    if query["op"] == "window" and (query.get("dedup") is False or not has_corrections(query, rows))
]
text = "".join(f"{json.dumps(query, ensure_ascii=False, separators=(',', ':'))}\n" for query in kept)
(pathlib.Path(__file__).parent / "windows.jsonl").write_text(text)
