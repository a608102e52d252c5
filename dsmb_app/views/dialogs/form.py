"""What the program's dialogs share: a heading, fields with labels above them, a sentence when something is wrong."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from dsmb_app.views.controls import button, label, tool
from dsmb_app.views.theme import SPACE

_WIDTH = 460
_FRAME = 32  # what a window's own frame takes of the screen's height


class _Body(QScrollArea):
    """As high as what is in it at the dialog's width, where there is room; else it scrolls."""

    def __init__(self, body: QWidget) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(body)

    def sizeHint(self) -> QSize:
        """Return the size that shows everything."""
        layout = self.widget().layout()
        width = max(_WIDTH, self.window().width(), layout.minimumSize().width())
        layout.activate()
        return QSize(width, layout.heightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Return a size that a small screen has."""
        return QSize(self.widget().layout().minimumSize().width(), 120)


class Form(QDialog):
    """A dialog that stays open until what was given is right, or the reader gives up."""

    def __init__(self, title: str, explanation: str, go: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self.resize(_WIDTH, 240)
        body = QWidget()
        self.column = QVBoxLayout(body)
        self.column.setContentsMargins(3 * SPACE, 3 * SPACE, 3 * SPACE, SPACE)
        self.column.setSpacing(SPACE)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        self._body = _Body(body)
        outer.addWidget(self._body, 1)
        self.column.addWidget(label(title, "title"))
        self.column.addWidget(label(explanation, "muted", wraps=True))
        self.fields = QVBoxLayout()
        self.fields.setSpacing(SPACE // 2)
        self.column.addLayout(self.fields)
        self.fault = label(kind="fault", wraps=True)
        self.fault.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.fault.hide()
        self.needed = label(kind="muted", wraps=True)
        self.needed.hide()
        self.column.addStretch(1)
        self.go = button(go, "check", self.try_to_go, main=True)
        self.go.setDefault(True)
        foot = QVBoxLayout()
        foot.setContentsMargins(3 * SPACE, 0, 3 * SPACE, 3 * SPACE)
        foot.setSpacing(SPACE)
        # What is wrong stays in sight where the fields scroll.
        foot.addWidget(self.fault)
        foot.addWidget(self.needed)
        foot.addLayout(self._buttons())
        outer.addLayout(foot)

    def _buttons(self) -> QHBoxLayout:
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        box.rejected.connect(self.reject)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(box)
        row.addWidget(self.go)
        return row

    def add_field(self, name: str, *, hint: str = "", secret: bool = False, beside: QWidget | None = None) -> QLineEdit:
        """Add a line to fill in, with its name above it; a secret one shows dots until the reader asks to see it."""
        field = QLineEdit()
        field.setAccessibleName(name)
        field.setPlaceholderText(hint)
        words = label(name, "small")
        words.setBuddy(field)
        self.fields.addSpacing(SPACE // 2)
        self.fields.addWidget(words)
        row = QHBoxLayout()
        row.addWidget(field, 1)
        if secret:
            field.setEchoMode(QLineEdit.EchoMode.Password)
            beside = tool(f"Show {name.lower()}", "names", lambda: _toggle(field))
        if beside is not None:
            row.addWidget(beside)
        self.fields.addLayout(row)
        field.textChanged.connect(lambda _text: self.check())
        return field

    def rename_field(self, field: QLineEdit, name: str) -> None:
        """Give a field another name, above it and for screen readers."""
        field.setAccessibleName(name)
        for words in self.findChildren(QLabel):
            if words.buddy() is field:
                words.setText(name)

    def showEvent(self, event: QShowEvent) -> None:
        """Begin at the first field that is empty; where none is, at the first, ready to be typed over."""
        super().showEvent(event)
        self.fit()
        fields = [field for field in self.findChildren(QLineEdit) if not field.isReadOnly()]
        first = next((field for field in fields if not field.text()), fields[0] if fields else None)
        if first is not None:
            first.setFocus()
            first.selectAll()

    def check(self) -> None:
        """Let the reader go on only when everything that is needed is there, and say which field is still empty."""
        missing = self.missing()
        self.go.setEnabled(not missing)
        empty = {field.accessibleName() for field in self.findChildren(QLineEdit) if not field.text().strip()}
        self.needed.setText(f"Still needed: {missing}." if missing in empty else "")
        if self.needed.isHidden() == bool(self.needed.text()):
            self.needed.setVisible(bool(self.needed.text()))
            self.fit()

    def missing(self) -> str:
        """Return what is still needed, '' when nothing is."""
        raise NotImplementedError

    def try_to_go(self) -> None:
        """Do what the dialog is for; accept, or say what is wrong."""
        raise NotImplementedError

    def say(self, sentence: str) -> None:
        """Say what is wrong."""
        self.fault.setText(sentence)
        self.fault.setAccessibleName(sentence)
        self.fault.setVisible(bool(sentence))
        self.fit()

    def fit(self) -> None:
        """Be as high as what there is to read, and no higher than the screen: then it scrolls."""
        room = self.screen().availableGeometry().height() - _FRAME
        self._body.updateGeometry()
        width, layout = max(self.width(), _WIDTH), self.layout()
        layout.invalidate()
        high = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
        self.resize(width, min(high, room))


def _toggle(field: QLineEdit) -> None:
    hidden = field.echoMode() is QLineEdit.EchoMode.Password
    field.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)
