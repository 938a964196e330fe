"""One file per platform: data and parsers, no I/O."""
