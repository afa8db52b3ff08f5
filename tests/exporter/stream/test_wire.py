from __future__ import annotations

import pytest

from exporter.stream.wire import last_seen, message


def test_a_message_names_its_kind_and_sequence_and_ends_with_an_empty_line() -> None:
    assert message("snapshot", 7, b'{"a":1}\n') == b'event: snapshot\nid: 7\ndata: {"a":1}\n\n'


@pytest.mark.parametrize(
    ("text", "sequence"),
    [(None, None), ("", None), ("12", 12), ("0", 0), ("-1", None), ("x", None), ("9" * 17, None)],
)
def test_only_a_sequence_is_a_last_event_id_of_ours(text: str | None, sequence: int | None) -> None:
    assert last_seen(text) == sequence
