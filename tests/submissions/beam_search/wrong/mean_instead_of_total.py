# mistake: in the end hypotheses are compared by log-probability per token, not by their total | fails: a_short_finished_hypothesis_beats_a_longer_one | misconception: length_normalised
from dataclasses import dataclass, field


@dataclass
class Hyp:
    tokens: list
    score: float = 0.0
    done: bool = field(default=False)

    def average(self):
        return self.score / (len(self.tokens) - 1)


def beam_search(log_prob_fn, start_token, max_len, beam_width, eos_token):
    beam, ended = [Hyp([start_token])], []
    for _step in range(max_len):
        children = []
        for hyp in beam:
            logp = log_prob_fn(hyp.tokens)
            k = min(beam_width, len(logp))
            top, ids = logp.topk(k)
            children += [
                Hyp(hyp.tokens + [i], hyp.score + s, i == eos_token)
                for s, i in zip(top.tolist(), ids.tolist())
            ]
        children.sort(key=lambda h: h.score, reverse=True)
        ended.extend(h for h in children[:beam_width] if h.done)
        beam = [h for h in children[:beam_width] if not h.done]
        if not beam:
            break
    return max(ended + beam, key=Hyp.average).tokens
