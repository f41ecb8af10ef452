"""What a process and the server say to each other: plain values by a Unix socket, open files beside them.

Both are one interpreter's, so `marshal` reads what it has written; who is another user's is not listened to.
"""

from __future__ import annotations

import marshal
import os
import socket
import struct
from collections.abc import Sequence
from typing import Any

#: Before each message: how many bytes it has.
LENGTH = struct.Struct("=I")
MOST_BYTES, MOST_FILES = 1 << 24, 8
#: The form of `struct ucred`: process, user, group.
PEER = struct.Struct("3i")


class NotUnderstood(OSError):
    """The other side has ended, or is none of ours."""


def send(link: socket.socket, message: Any, files: Sequence[int] = ()) -> None:
    """Send a message and open files."""
    content = marshal.dumps(message)
    head = LENGTH.pack(len(content))
    if files:
        socket.send_fds(link, [head], list(files))
    else:
        link.sendall(head)
    link.sendall(content)


def receive(link: socket.socket) -> tuple[object, list[int]]:
    """The next message with its open files, which no program that is started inherits.

    Raises:
        NotUnderstood: there is no message, or it is not in this form.
    """
    head, files, _, _ = socket.recv_fds(link, LENGTH.size, MOST_FILES)
    for descriptor in files:
        os.set_inheritable(descriptor, False)
    try:
        (length,) = LENGTH.unpack(head + _exactly(link, LENGTH.size - len(head)))
        if length > MOST_BYTES:
            raise NotUnderstood(f"a message of {length} bytes")
        message: object = marshal.loads(_exactly(link, length))
    except (OSError, ValueError, EOFError, TypeError) as error:
        close(files)
        raise NotUnderstood(str(error)) from None
    return message, files


def _exactly(link: socket.socket, length: int) -> bytes:
    parts = b""
    while len(parts) < length:
        part = link.recv(length - len(parts))
        if not part:
            raise NotUnderstood("the other side has ended")
        parts += part
    return parts


def peer_of(link: socket.socket) -> tuple[int, int]:
    """The process on the other side, or that began to listen there, and its user."""
    process, user, _ = PEER.unpack(link.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, PEER.size))
    return process, user


def close(files: Sequence[int]) -> None:
    """Close open files."""
    for descriptor in files:
        os.close(descriptor)
