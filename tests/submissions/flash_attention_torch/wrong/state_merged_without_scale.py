# mistake: the sum of the older blocks is added to the new one without exp(m - m_new), acc is scaled | fails: sums_follow_the_running_maximum | misconception: sum_not_rescaled
import math
from typing import NamedTuple

import torch


class State(NamedTuple):
    m: torch.Tensor
    l: torch.Tensor
    acc: torch.Tensor


def merged(old, new):
    m = torch.maximum(old.m, new.m)
    a, b = torch.exp(old.m - m), torch.exp(new.m - m)
    return State(m, old.l + new.l * b, old.acc * a[..., None] + new.acc * b[..., None])


def of_block(q, k, v):
    s = torch.bmm(q, k.mT) / math.sqrt(q.shape[-1])
    m = s.max(dim=-1).values
    p = torch.exp(s - m.unsqueeze(-1))
    return State(m, p.sum(-1), torch.bmm(p, v))


def flash_attention(Q, K, V, block_size=32):
    out = []
    for q in Q.split(block_size, 1):
        state = None
        for k, v in zip(K.split(block_size, 1), V.split(block_size, 1)):
            now = of_block(q, k, v)
            state = now if state is None else merged(state, now)
        out.append(state.acc / state.l.unsqueeze(-1))
    return torch.cat(out, 1)
