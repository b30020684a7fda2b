"""How long an explanation takes."""

from __future__ import annotations

import timing

import page
import unitscope as us


def explanation_table() -> str:
    """The lab's network, and 1,000 points with 64-64 units and 10 classes; nothing is cached."""
    lab = us.lab.run()
    blobs = us.datasets.blobs(n=1000, classes=10, seed=0)
    large = us.train(blobs, hidden=(64, 64), epochs=20).network
    rows = []
    for name, net, data in (
        ("the lab: 100 points, 2-2-4", lab.network, lab.data),
        ("1,000 points, 2-64-64-10", large, blobs),
    ):
        for length in ("normal", "full"):
            count = len(us.explain(net, data, length=length))

            def explained(net=net, data=data, length=length):
                # A new network, of which nothing was measured before.
                return us.explain(us.Network(net.layers), data, length=length)

            seconds = timing.medians({"ours": explained})["ours"]
            rows.append([name, length, f"{count:,}", timing.shown(seconds)])
    return page.table("Explanations", ["what", "length", "sentences", "time"], rows)
