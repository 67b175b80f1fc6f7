"""What ``inspect`` writes, and when it fails."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest
from support.command import jsonl, lines_of, run

from harmony_core import Role, load_harmony_encoding
from harmony_core.format.diagnosis.codes import CODES

PAGE = Path(__file__).parents[2] / "docs" / "cli.md"
ENCODING = load_harmony_encoding("HarmonyGptOss")
CLEAN = "<|channel|>final<|message|>Hi<|return|>"
ODD = CLEAN + "<|endoftext|>"  # info
UNENDED = f"<|channel|>analysis<|message|>Hm.<|start|>assistant{CLEAN}"  # warning
CUT = "<|channel|>final<|message|>Hi"  # error
CALL = '<|channel|>commentary to=functions.f json<|message|>{"a": 1}<|end|>'
LOG = jsonl(CLEAN, UNENDED, CUT, UNENDED, UNENDED + "<|endoftext|>" * 2)


def encode(text: str) -> list[int]:
    return ENCODING.encode(text, allowed_special="all")


def codes(*arguments: object, stdin: bytes) -> list[list[str]]:
    """The codes of each output."""
    done = run("inspect", "--json", *arguments, stdin=stdin)
    return [[found["code"] for found in result["diagnostics"]] for result in lines_of(done.out)]


def test_a_problem_is_told_as_a_compiler_does() -> None:
    done = run("inspect", stdin=UNENDED.encode(), COLUMNS="200")
    hint = CODES["missing-end"].advice
    assert done.text.splitlines() == [
        "<stdin>: 12 tokens (Harmony text)",
        "  assistant analysis (incomplete): Hm.",
        "  assistant final: Hi",
        "<stdin>:1: warning[missing-end]: The next message begins, but this one has no end.",
        f"  token 5 | {UNENDED}",
        "          | " + " " * UNENDED.index("<|start|>") + "^",
        f"          = hint: {hint}",
        f"          = see: {CODES['missing-end'].url}",
        "<stdin>: 2 messages, 1 complete; 1 warning",
        "",
    ]
    assert (done.code, done.err) == (1, "")


def test_many_tokens_and_the_end_of_the_stream_are_named_as_such() -> None:
    done = run("inspect", stdin=f"{CLEAN}and so on".encode(), COLUMNS="200").text
    assert (
        f"\n  tokens 5-7 | {CLEAN}and so on\n             | {' ' * len(CLEAN)}^^^^^^^^^\n" in done
    )
    done = run("inspect", stdin=CUT.encode(), COLUMNS="200").text
    assert f"\n  the end | {CUT}\n          | {' ' * len(CUT)}^\n" in done


def test_the_page_shows_what_the_program_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = "<|channel|>analysis<|message|>数: 7.<|start|>assistant<|channel|>final<|message|>Seven"
    Path("completion.txt").write_text(text, encoding="utf-8")
    done = run("inspect", "completion.txt", COLUMNS="80").text
    assert f"\n```\n{done.rstrip()}\n```\n" in PAGE.read_text(encoding="utf-8")


def test_a_line_is_the_one_in_the_text() -> None:
    text = "<|channel|>analysis<|message|>one\ntwo\n<|start|>assistant" + CUT
    done = run("inspect", stdin=text.encode())
    assert re.findall(r"^<stdin>(.*?): \w+\[(.*)\]", done.text, re.MULTILINE) == [
        (":3", "missing-end"),
        (":3", "truncated-content"),
    ]
    done = run("inspect", stdin=json.dumps(encode(text)).encode())
    assert "\n<stdin>: warning[missing-end]" in done.text
    done = run("inspect", "--jsonl", stdin=b"\n" + jsonl(text, text))
    places = re.findall(r"^(<stdin>:\d+): \w+\[", done.text, re.MULTILINE)
    assert places == ["<stdin>:2"] * 2 + ["<stdin>:3"] * 2


def test_an_excerpt_fits_the_terminal() -> None:
    text = "<|channel|>analysis<|message|>" + "日本語 und 🦜 " * 40 + "<|start|>assistant" + CLEAN
    for columns in (40, 80, 133):
        report = run("inspect", "--messages", "none", stdin=text.encode(), COLUMNS=str(columns))
        shown, carets = report.text.splitlines()[2:4]
        wide = sum(character in "日本語🦜" for character in shown)
        assert len(shown) + wide <= columns
        before = shown[: shown.index("<|start|>")]
        wide = sum(character in "日本語🦜" for character in before)
        assert carets.index("^") == len(before) + wide


def test_nothing_hostile_reaches_the_terminal() -> None:
    hostile = "\x1b]0;title\x07\x1b[2J\u202e\r\b\x9b31m\ud800"
    record = jsonl(
        f"<|channel|>{hostile}<|message|>{hostile}<|start|>{hostile}<|message|>{hostile}",
        f"{hostile}<|channel|>commentary to={hostile} json<|message|>{{{hostile}<|call|>{hostile}",
    )
    for arguments in (["--color", "never"], ["--json"], ["--summary-only"]):
        done = run("inspect", "--jsonl", *arguments, stdin=record)
        assert done.code == 1
        assert all(line.isprintable() for line in done.text.split("\n"))


def test_severities_are_coloured_on_a_terminal() -> None:
    def painted(*arguments: str, terminal: bool = True, **environment: str) -> list[bytes]:
        done = run("inspect", *arguments, stdin=LOG, terminal=terminal, **environment)  # type: ignore[arg-type]
        return re.findall(rb"\x1b\[([0-9;]+)m\w+\[", done.out)

    warning, error, info = b"1;33", b"1;31", b"1;36"
    assert painted("--jsonl") == [warning, error, warning, warning, info]
    assert painted("--jsonl", "--color", "always", terminal=False, NO_COLOR="1")
    assert not painted("--jsonl", NO_COLOR="1")
    assert not painted("--jsonl", terminal=False)
    plain = run("inspect", "--jsonl", stdin=LOG)
    coloured = run("inspect", "--jsonl", "--color", "always", stdin=LOG)
    assert re.sub(rb"\x1b\[[0-9;]*m", b"", coloured.out) == plain.out


def test_a_log_ends_with_a_table_of_its_codes() -> None:
    done = run("inspect", "--jsonl", stdin=LOG)
    table = """\
5 streams: 1 clean, 0 with info only, 3 with warnings, 1 with errors
8 messages: 4 complete, 0 repaired

code               severity    streams   share      times  first
truncated-content  error             1   20.0%          1  <stdin>:3 token 4
missing-end        warning           3   60.0%          3  <stdin>:2 token 5
padding            info              1   20.0%          1  <stdin>:5 token 12
"""
    assert done.text.endswith("\n\n" + table)
    assert done.text.count(" complete; ") == 4  # the clean one is passed over
    assert run("inspect", "--jsonl", "--summary-only", stdin=LOG) == (1, table.encode(), "")
    (sums,) = lines_of(run("inspect", "--jsonl", "--summary-only", "--json", stdin=LOG).out)
    assert sums["worst"] == {"error": 1, "warning": 3, "info": 0}
    assert sums["codes"][1] == {
        "code": "missing-end",
        "severity": "warning",
        "streams": 3,
        "times": 3,
        "first": {"file": "<stdin>", "line": 2, "token": 5},
    }


def test_files_are_summed_up_too(tmp_path: Path) -> None:
    (tmp_path / "a").write_text(CLEAN)
    (tmp_path / "b").write_text(CUT)
    a, b = tmp_path / "a", tmp_path / "b"
    alone = run("inspect", a)
    assert alone.text == (
        f"{a}: 5 tokens (Harmony text)\n  assistant final: Hi\n"
        f"{a}: 1 message, 1 complete; no problems\n\n"
    )
    assert (alone.code, alone.err) == (0, "")
    both = run("inspect", a, b).text
    assert "\n2 streams: 1 clean, " in both
    assert both.endswith(f"  {b} token 4\n")


def test_an_input_that_cannot_be_read_leaves_the_others() -> None:
    data = jsonl(CLEAN) + b"{\n" + jsonl([1.5], CLEAN)
    done = run("inspect", "--jsonl", "--fail-on", "never", stdin=data)
    assert (done.code, len(done.complaints)) == (4, 2)
    assert done.text.startswith("2 streams: 2 clean")
    assert "; 2 unreadable\n" in done.text
    stopped = run("inspect", "--jsonl", "--json", "--on-error", "stop", stdin=data)
    assert (stopped.code, stopped.out.count(b"\n")) == (4, 1)


@pytest.mark.parametrize(
    ("stream", "failing"),
    [
        (CLEAN, []),
        (ODD, ["info"]),
        (UNENDED, ["info", "warning"]),
        (CUT, ["info", "warning", "error"]),
    ],
)
def test_the_exit_code_goes_by_severity(stream: str, failing: list[str]) -> None:
    for severity in ("info", "warning", "error", "never"):
        for more in ([], ["--json"], ["--summary-only"]):
            done = run("inspect", "--fail-on", severity, *more, stdin=stream.encode())
            assert done.code == (severity in failing)
    assert run("inspect", stdin=stream.encode()).code == ("warning" in failing)


def test_json_has_an_object_for_each_output() -> None:
    call = CALL.replace("<|end|>", "<|call|>")
    done = run("inspect", "--jsonl", "--json", stdin=jsonl(CLEAN, encode(call), CUT))
    clean, called, cut = lines_of(done.out)
    assert clean == {
        "file": "<stdin>",
        "line": 1,
        "output": {
            "engine": "",
            "path": "",
            "form": "Harmony text",
            "kind": "text",
            "finish_reason": None,
            "stop_token": None,
        },
        "role": "assistant",
        **ENCODING.inspect(encode(CLEAN), Role.ASSISTANT).to_dict(),
    }
    (call,) = called["messages"]
    assert (call["runnable"], call["withheld"]) == (True, False)
    (problem,) = cut["diagnostics"]
    assert (problem["code"], problem["start"]) == ("truncated-content", 4)
    (whole,) = lines_of(run("inspect", "--json", stdin=CUT.encode()).out)
    assert "line" not in whole


def test_the_role_is_found_out_or_said() -> None:
    full = "<|start|>assistant" + CLEAN
    assert codes("--jsonl", stdin=jsonl(CLEAN, full)) == [[], []]
    assert codes("--jsonl", "--role", "none", stdin=jsonl(CLEAN, full)) == [
        ["completion-as-prompt"],
        [],
    ]
    assert codes("--jsonl", "--role", "assistant", stdin=jsonl(CLEAN, full)) == [
        [],
        ["restated-start"],
    ]
    (result,) = lines_of(
        run("inspect", "--role", "user", "--json", stdin=b"<|message|>x<|end|>").out
    )
    assert (result["role"], result["messages"][0]["message"]["role"]) == ("user", "user")


def test_an_output_is_text_ids_or_in_a_field() -> None:
    values = [CUT, encode(CUT), {"ids": encode(CUT)}, {"text": CUT}]
    found = [["truncated-content"]] * 4
    assert codes("--jsonl", stdin=jsonl(*values)) == found
    records = jsonl(*({"prompt": [1], "output": value} for value in values))
    assert codes("--jsonl", "--field", "output", stdin=records) == found
    assert codes("--lines", stdin=f"{CUT}\n{encode(CUT)}\n".encode()) == found[:2]
    assert codes("--read", "text", stdin=b"[1]") == codes("--read", "ids", stdin=b"58 16 60")
    done = run("inspect", "--jsonl", "--field", "x", stdin=b'{"y": 1}\n')
    assert done.err == '<stdin>:1: there is no field "x"\n'
    assert run("inspect", "--field", "x", stdin=CLEAN.encode()).code == 2


def test_ids_that_are_no_tokens_are_problems_of_the_output() -> None:
    ids = [*encode(CUT), -1, 300_000, *encode("<|return|>")]
    assert codes(stdin=json.dumps(ids).encode()) == [["unknown-token"]]
    shown = run("inspect", stdin=json.dumps(ids).encode(), COLUMNS="200").text
    assert rf"{CUT}\{{-1}}\{{300000}}<|return|>" in shown


def test_policies_are_followed() -> None:
    def calls(*arguments: str) -> int:
        (result,) = lines_of(run("inspect", "--json", *arguments, stdin=CALL.encode()).out)
        return sum(item["runnable"] for item in result["messages"])

    assert (calls(), calls("--missing-call-is-call")) == (0, 1)
    stripped = b"analysisHm.assistantfinalYo"
    assert codes(stdin=stripped) == [["recovered-markers"]]
    as_it_is = codes("--no-recover-stripped-markers", stdin=stripped)
    assert as_it_is == [["markers-stripped"]]
    note = CLEAN.replace("final", "notes").encode()
    assert codes(stdin=note) == [["unknown-channel"]]
    assert codes("--channel", "final", "--channel", "notes", stdin=note) == [[]]
    call = CALL.replace("<|end|>", "<|call|>").encode()
    assert codes("--tool", "functions.f", "--tool", "functions.g", stdin=call) == [[]]
    assert codes("--tool", "functions.g", stdin=call) == [["unknown-tool"]]


def test_nothing_is_no_clean_output() -> None:
    done = run("inspect")
    assert (done.code, done.err) == (1, "")
    assert "error[truncated-header]" in done.text
    empty = run("inspect", "--jsonl")
    assert empty.code == 0
    assert empty.text.startswith("0 streams: 0 clean")


def completion(*choices: dict[str, object], **more: object) -> dict[str, object]:
    numbered = [{"index": index, **choice} for index, choice in enumerate(choices)]
    return {"id": "cmpl-1", "object": "text_completion", "choices": numbered, **more}


def test_every_choice_is_inspected_by_itself() -> None:
    answer = completion(
        {"text": CUT, "finish_reason": "stop", "stop_reason": 200002},
        {"text": "", "finish_reason": "stop"},
        {"text": UNENDED, "finish_reason": "length"},
        prompt="<|start|>user<|message|>Hi<|end|>",
    )
    done = run("inspect", stdin=json.dumps(answer).encode())
    assert done.code == 1
    titles = re.findall(r"^<stdin>: (\d+ tokens from .*)$", done.text, re.MULTILINE)
    assert titles == [
        "4 tokens from choices[0].text (vLLM completion), ended by stop",
        "0 tokens from choices[1].text (vLLM completion), ended by stop",
        "12 tokens from choices[2].text (vLLM completion), ended by length",
    ]
    assert "\n<stdin>: left: prompt: what the model was given\n" in done.text
    assert "\n3 streams: 0 clean, 1 with info only, 1 with warnings, 1 with errors\n" in done.text
    results = lines_of(run("inspect", "--json", stdin=json.dumps(answer).encode()).out)
    assert [result["output"]["path"] for result in results] == [
        f"choices[{index}].text" for index in range(3)
    ]


def test_what_the_server_says_about_the_end_is_used() -> None:
    ended = completion({"text": CUT, "finish_reason": "stop", "stop_reason": 200002})
    assert codes(stdin=json.dumps(ended).encode()) == [["implied-stop"]]
    assert run("inspect", stdin=json.dumps(ended).encode()).code == 0
    cut = completion({"text": CUT, "finish_reason": "length"})
    assert codes(stdin=json.dumps(cut).encode()) == [["truncated-content"]]


def test_an_answer_that_was_parsed_is_no_clean_output() -> None:
    answer = {"choices": [{"message": {"content": "Hi"}, "stop_reason": None}]}
    done = run("inspect", stdin=json.dumps(answer).encode())
    assert (done.code, done.text.startswith("0 streams")) == (4, True)
    assert "return_token_ids" in done.err
    both = {"choices": [*answer["choices"], {"message": {}, "token_ids": encode(CLEAN)}]}
    done = run("inspect", stdin=json.dumps(both).encode())
    assert (done.code, len(done.complaints)) == (4, 1)
    assert "choices[1].token_ids" in done.text


def test_a_log_is_recognised_without_a_flag_compressed_or_not(tmp_path: Path) -> None:
    told = run("inspect", "--jsonl", "--summary-only", stdin=LOG).text
    assert run("inspect", "--summary-only", stdin=LOG).text == told
    assert run("inspect", "--summary-only", stdin=gzip.compress(LOG)).text == told
    for name in ("log.jsonl.gz", "log.gz"):
        (tmp_path / name).write_bytes(gzip.compress(LOG))
        done = run("inspect", "--summary-only", tmp_path / name)
        assert done.text.replace(f"{tmp_path / name}", "<stdin>") == told
    cut = run("inspect", "--summary-only", stdin=gzip.compress(LOG)[:-20])
    assert (cut.code, "damaged or ends too early" in cut.err) == (4, True)


def test_pieces_of_a_stream_in_a_log_are_joined() -> None:
    pieces = [
        {"id": "a", "object": "text_completion", "choices": [{"index": 0, "text": text}]}
        for text in ("<|channel|>final", "<|message|>Hi", "")
    ]
    for piece in pieces:
        piece["choices"][0]["finish_reason"] = None  # type: ignore[index]
    pieces[-1]["choices"][0]["finish_reason"] = "stop"  # type: ignore[index]
    events = "".join(f"data: {json.dumps(piece)}\n\n" for piece in pieces) + "data: [DONE]\n"
    for arguments, data in (
        ((), jsonl(*pieces)),
        (("--jsonl",), jsonl(*pieces)),
        ((), events.encode()),
    ):
        assert codes(*arguments, stdin=data) == [["implied-stop"]]


def test_messages_are_shown_compactly_in_full_or_not() -> None:
    text = CLEAN.replace("Hi", "one\ntwo " + "long " * 100).encode()
    compact = run("inspect", stdin=text, COLUMNS="60").text.splitlines()[1]
    assert compact.startswith("  assistant final: one\\ntwo long")
    assert len(compact) == 60
    full = run("inspect", "--messages", "full", stdin=text).text.splitlines()[1:4]
    assert full[:2] == ["  assistant final:", "    one"]
    assert "assistant" not in run("inspect", "--messages", "none", stdin=text).text


def test_a_field_may_be_a_path() -> None:
    record = {"response": {"choices": [{"text": CUT}, {"text": CLEAN}]}}
    assert codes("--jsonl", "--field", "response.choices[0].text", stdin=jsonl(record)) == [
        ["truncated-content"]
    ]
    every = codes("--jsonl", "--field", "response.choices[].text", stdin=jsonl(record))
    assert every == [["truncated-content"], []]


def test_codes_are_selected_and_ignored() -> None:
    text = (UNENDED.removesuffix("<|return|>")).encode()
    assert codes(stdin=text) == [["missing-end", "truncated-content"]]
    assert codes("--select", "missing-end", stdin=text) == [["missing-end"]]
    assert codes("--ignore", "missing-end, padding", stdin=text) == [["truncated-content"]]
    none = ("--select", "missing-end,truncated-content", "--ignore", "missing-end")
    assert codes(*none, "--ignore", "truncated-content", stdin=text) == [[]]
    assert run("inspect", *none, "--ignore", "truncated-content", stdin=text).code == 0
    wrong = run("inspect", "--select", "mising-end", stdin=text)
    assert (wrong.code, "did you mean missing-end" in wrong.err) == (2, True)


def test_the_repaired_output_is_written_as_its_source_was() -> None:
    fixed = UNENDED.replace("Hm.", "Hm.<|end|>")
    assert run("inspect", "--fix", stdin=UNENDED.encode()).text == fixed
    ids = json.dumps(encode(UNENDED)).encode()
    assert json.loads(run("inspect", "--fix", stdin=ids).out) == encode(fixed)
    lines = jsonl(UNENDED, encode(UNENDED), {"text": UNENDED}, CLEAN)
    done = run("inspect", "--fix", "--jsonl", stdin=lines)
    assert lines_of(done.out) == [fixed, encode(fixed), fixed, CLEAN]
    assert done.code == 1


def test_what_a_repair_changes_is_shown_and_nothing_else() -> None:
    done = run("inspect", "--diff", stdin=UNENDED.encode())
    assert done.text.splitlines() == [
        "--- <stdin> (as it is)",
        "+++ <stdin> (fixed)",
        "@@ -1,2 +1,2 @@",
        "-<|channel|>analysis<|message|>Hm.",
        "+<|channel|>analysis<|message|>Hm.<|end|>",
        f" <|start|>assistant{CLEAN}",
    ]
    assert run("inspect", "--diff", stdin=CLEAN.encode()) == (0, b"", "")
    unknown = json.dumps([*encode(CUT), -1]).encode()
    assert run("inspect", "--diff", stdin=unknown).code == 1


def test_annotations_of_github_name_file_line_and_code(tmp_path: Path) -> None:
    path = tmp_path / "a,b.jsonl"
    path.write_bytes(jsonl(CLEAN, UNENDED))
    done = run("inspect", "--format", "github", path)
    (line,) = done.text.splitlines()
    place = str(path).replace(",", "%2C")
    assert line.startswith(f"::warning file={place},line=2,title=missing-end::")
    assert run("inspect", "--format", "github", stdin=CLEAN.encode()).out == b""


def test_sarif_has_a_rule_for_each_code_and_a_result_for_each_problem() -> None:
    for data, expected in ((LOG, 5), (jsonl(CLEAN), 0), (b"", 0)):
        log = json.loads(run("inspect", "--jsonl", "--format", "sarif", stdin=data).out)
        (found,) = log["runs"]
        assert log["version"] == "2.1.0"
        rules = {rule["id"] for rule in found["tool"]["driver"]["rules"]}
        assert rules == set(CODES)
        assert len(found["results"]) == expected
        for result in found["results"]:
            assert result["ruleId"] in rules
            assert result["level"] in ("error", "warning", "note")
            (location,) = result["locations"]
            assert location["physicalLocation"]["region"]["startLine"] > 1


def test_results_are_joined_by_a_field() -> None:
    records = jsonl({"id": "a", "meta": {"n": 1}, "text": CUT}, {"id": "b", "text": CLEAN})
    found = lines_of(run("inspect", "--json", "--id-field", "id", stdin=records).out)
    assert [result["id"] for result in found] == ["a", "b"]
    arguments = ["--jsonl", "--json", "--id-field", "meta.n", "--field", "text"]
    found = lines_of(run("inspect", *arguments, stdin=records).out)
    assert [result["id"] for result in found] == [1, None]


def test_the_messages_of_a_log_are_no_faults_but_a_log_of_them_alone_is() -> None:
    noise = b"2025-08-20 12:00:00 INFO GET /health\n"
    output = f"2025-08-20 12:00:01 INFO raw: {CLEAN}\n".encode()
    done = run("inspect", stdin=noise + output + noise)
    assert (done.code, done.err) == (0, "")
    assert done.text.startswith("1 stream: 1 clean")
    request = jsonl({"model": "m", "messages": [{"role": "user", "content": "Hi"}]})
    for more in ([], ["-j", "2"]):
        done = run("inspect", *more, stdin=request * 2)
        assert (done.code, done.complaints) == (
            4,
            ["harmony-core: 2 lines of a log, and no output in any of them"],
        )
