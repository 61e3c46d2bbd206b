"""Opens the chat page on ``corpus/``: brings ``index/`` up to date, then serves it. ``python ui.py --help``."""

from assistant.server.app import main

if __name__ == "__main__":
    main()
