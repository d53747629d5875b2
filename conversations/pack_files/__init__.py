"""Reading files of packs, with every complaint at once. Nothing here opens a file: parsers take text and its name."""
