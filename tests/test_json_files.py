"""JSON as exports hold it: what no export is must be refused soon, in a sentence."""

from io import BytesIO

import pytest

from cop_metrics.sources.json_files import DEEPEST, NoJsonError, values_in


def nested(levels: int) -> BytesIO:
    return BytesIO(b'{"a":' * levels + b"1" + b"}" * levels + b" and no more")


def test_what_is_nested_deeper_than_any_export_is_refused() -> None:
    """Half a million levels: read value by value, each would carry the way down to it."""
    with pytest.raises(NoJsonError, match=r"nested deeper than 1,000 levels"):
        list(values_in(nested(500_000), "deep.json"))


def test_what_is_nested_less_is_read_as_far_as_it_is_json() -> None:
    read = values_in(nested(DEEPEST - 1), "deep.json")
    with pytest.raises(NoJsonError, match=r"is no JSON or is cut short"):
        list(read)


def test_brackets_in_many_texts_are_no_depth() -> None:
    lines = b'{"text": ":{ [sic] ]]"}\n' * 20_000
    assert len(list(values_in(BytesIO(lines), "chat.jsonl"))) == 20_000
