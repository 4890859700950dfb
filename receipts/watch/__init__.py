"""The folder in which settlement files are laid down: docs/watch-folder.md."""
