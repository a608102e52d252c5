"""Counting off the main thread: where it happens, that the newest question wins, and that work ends before the end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel

from dsmb_app.model.stopping import Stopped, go_on, stoppable
from dsmb_app.model.words import Level
from dsmb_app.session import Session
from dsmb_app.views import asking, jobs
from dsmb_app.views.asking import COUNTING, WRONG, Asking
from dsmb_app.views.desk import Desk
from dsmb_app.views.exhibit_view import ExhibitView
from dsmb_app.views.figure_view import FigureView
from dsmb_app.views.flow_lines import FlowLines
from tests.views.conftest import AtLevel


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take the demo for a large trial."""
    monkeypatch.setattr(asking, "AT_ONCE", 0)


@pytest.mark.usefixtures("large")
def test_that_the_window_answers_between_the_steps_of_showing_and_a_newer_question_ends_them(
    qtbot, at_level: AtLevel
) -> None:
    asked, told = Asking(Desk(at_level(Level.POOLED))), list[str]()

    def show(answer: str) -> Iterator[None]:
        told.append(f"{answer} begun")
        if answer == "first":
            # A reader's next wish waits in the event loop, before the next step.
            QTimer.singleShot(0, lambda: ask("second"))
        yield
        told.append(f"{answer} done")

    def ask(answer: str) -> None:
        asked.ask(lambda: lambda: answer, show=show, say=lambda _why: None)

    ask("first")
    qtbot.waitUntil(lambda: "second done" in told, timeout=5000)
    assert told == ["first begun", "second begun", "second done"]
    assert not asked.waits


@pytest.mark.parametrize("where", ["the question", "the count", "showing", "a later step"])
@pytest.mark.parametrize("at_once", [0, 300])
def test_that_a_mistake_leaves_nothing_of_before_on_the_screen(
    qtbot, monkeypatch: pytest.MonkeyPatch, at_level: AtLevel, where: str, at_once: int
) -> None:
    monkeypatch.setattr(asking, "AT_ONCE", at_once)
    asked, told = Asking(Desk(at_level(Level.POOLED))), list[str]()

    def fails(here: str) -> None:
        if here == where:
            raise ValueError(here)

    def maker() -> Callable[[], str]:
        fails("the question")
        return lambda: fails("the count") or "answer"

    def show(_answer: str) -> Iterator[None] | None:
        fails("showing")
        return steps()

    def steps() -> Iterator[None]:
        yield
        fails("a later step")

    def ask() -> None:
        asked.ask(maker, show=show, say=told.append)

    with qtbot.captureExceptions() as caught:
        QTimer.singleShot(0, ask)
        qtbot.waitUntil(lambda: bool(caught), timeout=5000)
    assert [kind for kind, _, _ in caught] == [ValueError]
    assert told[-1] == WRONG
    assert not asked.waits


def test_that_a_small_trial_is_shown_at_once_in_all_its_steps(at_level: AtLevel) -> None:
    asked, told = Asking(Desk(at_level(Level.POOLED))), list[str]()

    def show(answer: str) -> Iterator[None]:
        told.append(answer)
        yield
        told.append("done")

    asked.ask(lambda: lambda: "answer", show=show, say=told.append)
    assert told == ["answer", "done"]
    assert not asked.waits


@pytest.mark.usefixtures("large")
def test_that_the_frame_of_the_flow_says_why_it_is_empty(qtbot, at_level: AtLevel) -> None:
    flow = FlowLines(Desk(at_level(Level.MASKED)))
    qtbot.addWidget(flow)
    flow.show()
    assert [words.text() for words in flow.findChildren(QLabel)] == [asking.COUNTING]
    qtbot.waitUntil(lambda: bool(flow.numbers), timeout=30000)
    assert asking.COUNTING not in [words.text() for words in flow.findChildren(QLabel) if words.isVisible()]


@pytest.mark.usefixtures("large")
def test_that_an_exhibit_is_counted_elsewhere_and_equals_what_is_counted_here(
    qtbot, monkeypatch: pytest.MonkeyPatch, at_level: AtLevel
) -> None:
    desk = Desk(at_level(Level.NAMED))
    view = ExhibitView(desk, "T09", plotted=True)
    qtbot.addWidget(view)
    view.show()
    qtbot.waitUntil(lambda: view.model.layout is not None, timeout=30000)
    counted_in: list[threading.Thread] = []
    real = Session.maker

    def spied(self: Session, number: str):
        make = real(self, number)
        return lambda: (counted_in.append(threading.current_thread()), make())[1]

    monkeypatch.setattr(Session, "maker", spied)
    desk.choose(sex="F")
    # Nothing of before stands below the words of the new filter.
    assert view.model.layout is None
    assert view.refusal.text() == COUNTING
    assert not view.body.isVisibleTo(view)
    qtbot.waitUntil(lambda: view.body.isVisibleTo(view), timeout=30000)
    assert counted_in
    assert threading.main_thread() not in counted_in
    shown = view.model.layout.table
    desk.session.choose(sex="")
    desk.session.choose(sex="F")
    here = desk.session.table("T09")
    assert here is not shown
    assert (here.rows, here.columns, here.cells) == (shown.rows, shown.columns, shown.cells)


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("kind", [ExhibitView, FigureView])
def test_that_going_elsewhere_gives_a_count_up_and_coming_back_asks_again(
    qtbot, monkeypatch: pytest.MonkeyPatch, at_level: AtLevel, kind: type
) -> None:
    view = kind(Desk(at_level(Level.NAMED)), "T08" if kind is ExhibitView else "F18")
    qtbot.addWidget(view)
    began, given_up, go = threading.Event(), threading.Event(), threading.Event()
    name = "maker" if kind is ExhibitView else "figure_maker"
    real = getattr(Session, name)

    def slow(self: Session, *what: object):
        make = real(self, *what)

        def count() -> object:
            began.set()
            try:
                while not go.wait(0.005):
                    go_on()
            except Stopped:
                given_up.set()
                raise
            return make()

        return count

    monkeypatch.setattr(Session, name, slow)
    view.show()
    assert view.refusal.text() == COUNTING
    qtbot.waitUntil(began.is_set, timeout=30000)
    view.hide()
    assert given_up.wait(30)
    go.set()
    qtbot.wait(20)
    assert view.subtitle.text() == ""
    view.show()
    qtbot.waitUntil(lambda: bool(view.subtitle.text()) and not view.refusal.isVisible(), timeout=30000)


@pytest.mark.usefixtures("large")
def test_that_a_newer_question_takes_the_place_of_the_one_before(qtbot, at_level: AtLevel) -> None:
    one, go = Asking(Desk(at_level(Level.POOLED))), threading.Event()
    shown, said = [], []

    def slow() -> str:
        go.wait(30)
        return "old"

    one.ask(lambda: slow, show=shown.append, say=said.append)
    one.ask(lambda: lambda: "new", show=shown.append, say=said.append)
    go.set()
    qtbot.waitUntil(lambda: bool(shown), timeout=30000)
    assert jobs.end(30)
    qtbot.wait(20)
    assert shown == ["new"]
    assert said == [COUNTING, COUNTING]


def test_that_an_answer_that_is_on_its_way_at_a_cancel_never_arrives(qtbot) -> None:
    arrived: list[object] = []
    job = jobs.start(lambda _step: "of another level", done=arrived.append, failed=arrived.append)
    assert job.ended.wait(30)
    # It has been sent and waits for the event loop.
    job.cancel()
    qtbot.wait(50)
    assert arrived == []


def test_that_a_small_trial_is_counted_at_once(at_level: AtLevel, qapp) -> None:
    shown: list[threading.Thread] = []
    Asking(Desk(at_level(Level.POOLED))).ask(lambda: threading.current_thread, show=shown.append, say=pytest.fail)
    assert shown == [threading.main_thread()]


def test_that_work_which_was_given_up_ends_at_its_next_part() -> None:
    go_on()
    with pytest.raises(Stopped), stoppable(lambda: True):
        go_on()
    go_on()


# What the program does at its end, with a count under way that is inside a compiled library most of the time.
LEAVING = """
import sys, time
import pandas as pd
from PySide6.QtCore import QCoreApplication, QTimer
from dsmb_app.model.stopping import go_on
from dsmb_app.views import jobs

def count(_step):
    frame = pd.DataFrame({"term": [f"term {i % 997}" for i in range(60000)]})
    while True:
        go_on()
        frame.groupby("term").size()

application = QCoreApplication([])
for _ in range(3):
    jobs.start(count, done=print, failed=print)
QTimer.singleShot(100, application.quit)
application.exec()
sys.exit(0 if jobs.end(30) and not jobs._THREADS.activeThreadCount() else 3)
"""


def test_that_the_program_ends_cleanly_while_something_is_counted(project: Path) -> None:
    for _ in range(2):
        ended = subprocess.run(
            [sys.executable, "-c", LEAVING], capture_output=True, text=True, check=False, timeout=300, cwd=project,
            env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        )  # fmt: skip
        assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.usefixtures("large")
def test_that_two_places_never_show_a_step_in_the_same_turn(qtbot, at_level: AtLevel) -> None:
    desk, told = Desk(at_level(Level.POOLED)), list[str]()
    # Fires once in each turn of the event loop, as a reader's click would be heard.
    heard = QTimer(interval=0)
    heard.timeout.connect(lambda: told.append("heard"))
    heard.start()

    def showing(name: str) -> Callable[[str], Iterator[None]]:
        def show(_answer: str) -> Iterator[None]:
            for step in range(3):
                told.append(f"{name}{step}")
                yield

        return show

    places = [Asking(desk) for _ in range(2)]
    for place, name in zip(places, "ab", strict=True):
        place.ask(lambda: lambda: "", show=showing(name), say=lambda _why: None)
    qtbot.waitUntil(lambda: not any(place.waits for place in places), timeout=5000)
    heard.stop()
    steps = [place for place, what in enumerate(told) if what != "heard"]
    assert sorted(told[place] for place in steps) == ["a0", "a1", "a2", "b0", "b1", "b2"]
    assert all("heard" in told[one:other] for one, other in pairwise(steps))


@pytest.mark.usefixtures("large")
def test_that_the_next_count_begins_when_what_was_counted_before_is_shown(qtbot, at_level: AtLevel) -> None:
    desk, told = Desk(at_level(Level.POOLED)), list[str]()

    def show(_answer: str) -> Iterator[None]:
        for step in range(5):
            time.sleep(0.01)
            told.append(f"shown {step}")
            yield

    places = [Asking(desk) for _ in range(2)]
    for place, name in zip(places, ("first", "second"), strict=True):
        place.ask(lambda name=name: lambda: told.append(name), show=show, say=lambda _why: None)
    qtbot.waitUntil(lambda: not any(place.waits for place in places), timeout=5000)
    # Which of the two is counted first is not said.
    shown = [f"shown {step}" for step in range(5)]
    assert told in (["first", *shown, "second", *shown], ["second", *shown, "first", *shown])


@pytest.mark.usefixtures("large")
def test_that_an_answer_nobody_wants_any_more_does_not_keep_others_from_being_counted(qtbot, at_level: AtLevel) -> None:
    desk, shown = Desk(at_level(Level.POOLED)), []
    dropped, wanted = Asking(desk), Asking(desk)
    counted = threading.Event()
    dropped.ask(lambda: counted.set, show=lambda _answer: None, say=lambda _why: None)
    assert counted.wait(30)
    # It was counted and is on its way.
    dropped.forget()
    wanted.ask(lambda: lambda: "wanted", show=shown.append, say=lambda _why: None)
    qtbot.waitUntil(lambda: shown == ["wanted"], timeout=30000)
