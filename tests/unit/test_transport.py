"""Frames come out of the buffered transport whole, wherever the network has cut them and however long was waited."""

import socket
import struct

from amqp.exceptions import AMQPError
from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.transport import BufferedTransport

PAYLOADS = st.lists(st.binary(max_size=300), min_size=1, max_size=8)
TIMEOUT = st.sampled_from([0, 0.0001])  # each publish looks for news with no time at all


def _frame(payload: bytes) -> bytes:
    return struct.pack(">BHI", 1, 1, len(payload)) + payload + b"\xce"


@given(PAYLOADS, st.lists(st.integers(1, 40), min_size=1), TIMEOUT)
def test_no_byte_of_a_frame_is_lost(payloads: list[bytes], cuts: list[int], timeout: float) -> None:
    here, there = socket.socketpair()
    with here, there:
        transport = BufferedTransport("127.0.0.1")
        transport.sock = here
        transport._setup_transport()
        stream, read, turn = b"".join(map(_frame, payloads)), [], 0
        while stream:
            size = cuts[turn % len(cuts)]
            there.sendall(stream[:size])
            stream, turn = stream[size:], turn + 1
            read += _all_there_is(transport, timeout)
    assert read == payloads


def _all_there_is(transport: BufferedTransport, timeout: float) -> list[bytes]:
    payloads = []
    try:
        while True:
            with transport.having_timeout(timeout):
                payloads.append(transport.read_frame()[2])
    except TimeoutError:
        return payloads
    except AMQPError as error:
        raise AssertionError(f"out of step with the broker: {error}") from error
