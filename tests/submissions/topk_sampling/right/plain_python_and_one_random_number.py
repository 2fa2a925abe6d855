# style: lists, a running sum and one random number, no torch operation
import math
import random


def sample_top_k_top_p(logits, top_k=0, top_p=1.0, temperature=1.0):
    scores = [value / temperature for value in logits.tolist()]
    top = max(scores)
    weighted = sorted(
        ((math.exp(s - top), -i) for i, s in enumerate(scores)), reverse=True
    )
    if top_k > 0:
        del weighted[top_k:]
    whole = sum(w for w, _ in weighted)
    kept, mass = [], 0.0
    for w, i in weighted:
        if kept and mass >= top_p * whole:
            break
        kept.append((w, -i))
        mass += w
    point = random.random() * mass
    for w, i in kept:
        point -= w
        if point < 0:
            return i
    return kept[0][1]
