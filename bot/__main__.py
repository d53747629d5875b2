"""`python -m bot` is `ai-readiness`."""

from bot.cli import main

if __name__ == "__main__":
    main()
