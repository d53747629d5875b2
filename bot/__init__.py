"""The shell: builds, runs and connects the other packages."""
