"""A text parser gone bad on command, for the worker processes of a test.

The folder of this file's copy is put on ``sys.path`` under the name ``sitecustomize``, which every Python process
imports as it starts; what the text says then happens to the process that reads it.
"""

import ctypes
import os
import signal
import time

from assistant.corpus import text_reader

_parse = text_reader.parse
poisoned = False


def parse(data: bytes):
    global poisoned
    words = data.split()
    if poisoned:
        os.kill(os.getpid(), signal.SIGSEGV)
    poisoned = b"POISON" in words
    if b"HANG" in words:
        time.sleep(60)
    if b"CRASH" in words:
        ctypes.string_at(0)
    if b"LEAVE" in words:
        os._exit(3)
    if b"EXPLODE" in words:
        held = []
        while True:
            held.append(b"x" * (8 << 20))
    if b"HUGE" in words:
        bytearray(1 << 40)
    if b"CHATTER" in words:
        print("to standard output")
        os.write(1, b"and below Python")
    if b"SURROGATE" in words:
        content = _parse(b"Words.")
        return type(content)(content.title, "\ud800" + content.text, content.blocks)
    return _parse(data)


if os.environ.get("FOOTNOTE_TEST_WORKER"):
    text_reader.parse = parse
