"""The system's own file dialogs."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

SNAPSHOTS = "Snapshots (*.dsmb)"


def ask_where_to_save(parent: QWidget, title: str, proposed: str, kinds: str) -> Path | None:
    """Return the file that the reader names, None when the reader thinks better of it."""
    name, _ = QFileDialog.getSaveFileName(parent, title, proposed, kinds)
    return Path(name) if name else None


def ask_for_key(parent: QWidget) -> Path | None:
    """Return the key file that the reader chooses, None for none."""
    name, _ = QFileDialog.getOpenFileName(parent, "Use my key file", "", "All files (*)")
    return Path(name) if name else None


def ask_for_snapshot(parent: QWidget) -> Path | None:
    """Return the snapshot that the reader chooses, None for none."""
    name, _ = QFileDialog.getOpenFileName(parent, "Open a snapshot", "", SNAPSHOTS)
    return Path(name) if name else None


def ask_for_folder(parent: QWidget, title: str, start: str) -> Path | None:
    """Return the folder that the reader chooses, None for none."""
    name = QFileDialog.getExistingDirectory(parent, title, start)
    return Path(name) if name else None


def ask_for_file(parent: QWidget, title: str, start: str, kinds: str) -> Path | None:
    """Return the file that the reader chooses, None for none."""
    name, _ = QFileDialog.getOpenFileName(parent, title, start, kinds)
    return Path(name) if name else None


def ask_for_old_or_new(parent: QWidget, title: str, proposed: str, kinds: str) -> Path | None:
    """Return a file that may be there already, because what it holds is used again; None for none."""
    keep = QFileDialog.Option.DontConfirmOverwrite
    name, _ = QFileDialog.getSaveFileName(parent, title, proposed, kinds, options=keep)
    return Path(name) if name else None
