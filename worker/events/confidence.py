"""How sure an event is: the probability that a careful coder would code it with these parties."""

from __future__ import annotations

from worker.events.frames import Act


def certainty(act: Act) -> float:
    """A first estimate from how the parties were found."""
    sure = 0.6
    if any(n.basis in ("reference", "issuer") for n in (*act.actors, *act.recipients)):
        sure -= 0.1
    if "weak" in act.rule.flags:
        sure -= 0.1
    return sure
