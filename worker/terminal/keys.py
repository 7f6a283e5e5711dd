"""Keys that are pressed while a dashboard is shown."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import termios
import tty
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextlib.contextmanager
def on_key(key: str, call: Callable[[], object]) -> Iterator[None]:
    """Call a function when a key is pressed, in either case, during the block; without a terminal, do nothing.

    Ctrl-C still sends SIGINT.  The mode of the terminal is restored at the end.
    """
    if not sys.stdin.isatty():
        yield
        return
    terminal, loop = sys.stdin.fileno(), asyncio.get_running_loop()
    mode = termios.tcgetattr(terminal)

    def read_keys() -> None:
        pressed = os.read(terminal, 1024)
        if not pressed:  # the terminal is gone
            loop.remove_reader(terminal)
        elif key.casefold() in pressed.decode(errors="replace").casefold():
            call()

    tty.setcbreak(terminal)
    loop.add_reader(terminal, read_keys)
    try:
        yield
    finally:
        loop.remove_reader(terminal)
        termios.tcsetattr(terminal, termios.TCSADRAIN, mode)
