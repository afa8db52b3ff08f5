"""The two messages of the gRPC health checking protocol, of which one field each matters, as Protocol Buffers."""

from __future__ import annotations

from collections.abc import Callable, Mapping

SERVICE = 1 << 3 | 2  # of HealthCheckRequest: field 1, text
STATUS = 1 << 3 | 0  # of HealthCheckResponse: field 1, a number
STATUSES = ("UNKNOWN", "SERVING", "NOT_SERVING", "SERVICE_UNKNOWN")

MOST_VARINT = 10  # bytes


def request(service: str) -> bytes:
    """HealthCheckRequest; a field that is empty is left out."""
    name = service.encode()
    return bytes([SERVICE]) + _varint(len(name)) + name if name else b""


def status(response: bytes) -> str:
    """The status in a HealthCheckResponse.

    Raises:
        ValueError: it is none.
    """
    value, position = 0, 0
    while position < len(response):
        tag, position = _read_varint(response, position)
        if tag == STATUS:
            value, position = _read_varint(response, position)
        else:
            position = _skip(response, position, tag & 7)
    return STATUSES[value] if value < len(STATUSES) else str(value)


def _varint(number: int) -> bytes:
    """Seven bits a byte, the lowest first; the eighth says that more follow."""
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*written, number])


def _read_varint(message: bytes, position: int) -> tuple[int, int]:
    """A number, and the position behind it."""
    number = 0
    for count, byte in enumerate(message[position : position + MOST_VARINT]):
        number |= (byte & 0x7F) << 7 * count
        if not byte & 0x80:
            return number, position + count + 1
    raise ValueError("a number has no end")


def _skip(message: bytes, position: int, wire_type: int) -> int:
    """The position behind a field that is not known."""
    if wire_type not in SKIPS:
        raise ValueError(f"wire type {wire_type} is not known")
    behind = SKIPS[wire_type](message, position)
    if behind > len(message):
        raise ValueError("a field is cut short")
    return behind


def _behind_text(message: bytes, position: int) -> int:
    length, position = _read_varint(message, position)
    return position + length


SKIPS: Mapping[int, Callable[[bytes, int], int]] = {
    0: lambda message, position: _read_varint(message, position)[1],
    1: lambda _, position: position + 8,
    2: _behind_text,
    5: lambda _, position: position + 4,
}
