# style: math and random of the standard library only
import itertools
import math
import random


def sample_top_k_top_p(logits, top_k=0, top_p=1.0, temperature=1.0):
    values = [value / temperature for value in logits.tolist()]
    ranked = sorted(range(len(values)), key=lambda token: (-values[token], token))
    ranked = ranked[: top_k or None]
    top = values[ranked[0]]
    weights = [math.exp(values[token] - top) for token in ranked]
    total = sum(weights)
    kept = len(ranked)
    if top_p < 1.0:
        running = itertools.accumulate(weight / total for weight in weights)
        kept = next((n for n, mass in enumerate(running, 1) if mass >= top_p), kept)
    return random.choices(ranked[:kept], weights[:kept])[0]
