"""PyInstaller hook in place of its own: Qt's plugins, without those that no board member's computer can use.

Here and not in build.spec, because the libraries that a plugin asks for are looked up after the hooks have run; the
GTK theme alone would bring in some thirty of the build machine's.
"""

from __future__ import annotations

from pathlib import Path

from PyInstaller.utils.hooks.qt import add_qt6_dependencies

# Screens without a desktop, touch devices without one, picture formats that are neither shown nor saved, and the
# native theme of one desktop, whose libraries must be that desktop's own.
UNUSED_FOLDERS = {"egldeviceintegrations", "generic"}
UNUSED_PLUGINS = ("eglfs", "linuxfb", "vkkhrdisplay", "minimalegl", "vnc", "gtk3", "pdf", "tiff", "webp", "tga", "wbmp")


def _used(path: str) -> bool:
    """Tell whether the program may need the library at this path."""
    file = Path(path)
    return file.parent.name not in UNUSED_FOLDERS and file.stem.removeprefix("lib").removeprefix("q") not in (
        UNUSED_PLUGINS
    )


hiddenimports, binaries, datas = add_qt6_dependencies(__file__)
binaries = [(source, folder) for source, folder in binaries if _used(source)]
