"""Answers to the page's messages: a message in, a reply out. No state, no file but the first run's.

The notebook widget and the server of the live page both answer with this. A message is hostile
until `requests` has made work of it; whatever it breaks, the reply says so and nothing is raised.
"""

from __future__ import annotations

import functools
import os

import numpy as np

from unitscope.errors import UnitscopeError, refusal, said
from unitscope.geometry.plane import Plane
from unitscope.looking import looked_at
from unitscope.page import FIRST_RUN
from unitscope.page.course import course_start, fits_course
from unitscope.page.jobs import Job
from unitscope.page.requests import FROM_WIRE, Refusal, Work
from unitscope.training.run import Run
from unitscope.wire.from_wire import object_from_wire
from unitscope.wire.greeting import greeting
from unitscope.wire.messages import Hello, Reply
from unitscope.wire.scenes import FirstScene
from unitscope.wire.shown import Shown
from unitscope.wire.to_wire import claims_to_wire, run_to_wire, shown_to_wire

KINDS = frozenset(FROM_WIRE)
_REFUSED = (UnitscopeError, MemoryError, OverflowError, RecursionError)


def reply(message: object, job: Job | None = None) -> Reply:
    """The reply to one message: "refused", with the rule, where it breaks one.

    **Raises** `Cancelled` where the job's answer is not wanted any more, and nothing else for any
    message.
    """
    return answer(prepare(message), job or Job(message))


def prepare(message: object) -> Work:
    """A message decoded, checked and weighed; a `Refusal` where it breaks a rule."""
    try:
        request = object_from_wire("message", message)
        kind = request.get("kind")
        if not isinstance(kind, str) or kind not in KINDS:
            got = kind if isinstance(kind, str) else said(type(kind).__name__)
            raise refusal("kind", "one of " + ", ".join(FROM_WIRE), got)
        with _silent():
            return FROM_WIRE[kind](request)
    except _REFUSED as error:
        return Refusal(_why(error))


def answer(work: Work, job: Job) -> Reply:
    """Do a request's work; **raises** `Cancelled` where its answer is not wanted any more."""
    try:
        with _silent(), looked_at(job.checkpoint):
            return work.answer(job)
    except _REFUSED as error:
        return job.refused(_why(error))


def _silent() -> np.errstate:
    """No warnings about numbers near the largest: what comes of them is checked."""
    return np.errstate(over="ignore", invalid="ignore")


def _why(error: BaseException) -> str:
    if isinstance(error, UnitscopeError):
        return str(error)
    return f"The request was too large: {type(error).__name__}."


@functools.cache
def hello() -> Hello:
    """The first message: what the page can offer, and a run as the first screen.

    It is that of the file in the environment's `FIRST_RUN`, or else the course lab's.
    """
    from unitscope import lab

    path = os.environ.get(FIRST_RUN)
    return {**greeting(), "first": first(Run.load(path) if path else lab.run())}


def first(run: Run, plane: Plane | None = None) -> FirstScene:
    """A run as a first screen: its points or a sample, its weights and its explanation.

    `plane`: what its pictures show, without it the plane on which it shows best.
    """
    shown = Shown.of(run)
    course = fits_course(run.data, run.recipe) and bool(
        np.array_equal(run.weights[0], course_start()[0].to_vector().astype(np.float32))
    )
    return {
        "data": shown_to_wire(shown),
        "run": run_to_wire(run, course=course, plane=plane),
        "claims": claims_to_wire(run.network, shown, run=run),
    }
