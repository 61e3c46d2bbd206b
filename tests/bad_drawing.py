"""A drawing of pages gone bad on command, for the drawing processes of a test.

The folder of this file's copy is put on ``sys.path`` under the name ``sitecustomize``, which every Python process
imports as it starts; what the page says then happens to the process that draws it.
"""

import ctypes
import os
import signal
import sys
import time

poisoned = False


def bad(picture_of):
    def picture(page):
        global poisoned
        words = page.get_textpage().get_text_range().split()
        if poisoned:
            os.kill(os.getpid(), signal.SIGSEGV)
        poisoned = "POISON" in words
        if "HANG" in words:
            time.sleep(60)
        if "CRASH" in words:
            ctypes.string_at(0)
        if "RAISE" in words:
            raise ZeroDivisionError
        if "EXPLODE" in words:
            held = []
            while True:
                held.append(b"x" * (8 << 20))
        if "CHATTER" in words:
            os.write(1, b"to standard output")
        drawn = picture_of(page)
        if "NONSENSE" in words:
            return type(drawn)(drawn.data, "text/html", drawn.width, drawn.height)
        return drawn

    return picture


if os.environ.get("FOOTNOTE_TEST_DRAWING") and "page_worker" in " ".join(sys.orig_argv):
    from assistant.corpus import page_drawing

    page_drawing.picture_of = bad(page_drawing.picture_of)
