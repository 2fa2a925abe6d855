# mistake: the nucleus is measured with the probabilities from before top-k, so it is too large | fails: the_filters_work_in_the_order_of_the_statement | misconception: none
import math
import random


def sample_top_k_top_p(logits, top_k=0, top_p=1.0, temperature=1.0):
    scores = [float(l) / temperature for l in logits]
    biggest = max(scores)
    exps = [math.exp(s - biggest) for s in scores]
    total = sum(exps)
    probs = [e / total for e in exps]
    ranked = sorted(range(len(probs)), key=lambda i: -probs[i])
    if top_k:
        ranked = ranked[:top_k]
    nucleus, mass = [], 0.0
    for i in ranked:
        nucleus.append(i)
        mass += probs[i]
        if mass >= top_p:
            break
    return random.choices(nucleus, weights=[probs[i] for i in nucleus])[0]
