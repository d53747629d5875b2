"""One folder per platform, the same file name where the job is the same."""
