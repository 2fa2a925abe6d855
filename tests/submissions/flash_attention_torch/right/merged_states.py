# style: each tile is a state of its own, states are merged; split and cat
import math
from functools import reduce

import torch


def of_tile(q, k, v):
    s = torch.bmm(q, k.mT) / math.sqrt(q.shape[-1])
    m = s.amax(dim=-1, keepdim=True)
    p = torch.exp(s - m)
    return m, p.sum(-1, keepdim=True), torch.bmm(p, v)


def merged(a, b):
    m = torch.maximum(a[0], b[0])
    x, y = torch.exp(a[0] - m), torch.exp(b[0] - m)
    return m, x * a[1] + y * b[1], x * a[2] + y * b[2]


def flash_attention(Q, K, V, block_size=32):
    outputs = []
    for q in Q.split(block_size, dim=1):
        pairs = zip(K.split(block_size, dim=1), V.split(block_size, dim=1), strict=True)
        _, l, acc = reduce(merged, (of_tile(q, k, v) for k, v in pairs))
        outputs.append(acc / l)
    return torch.cat(outputs, dim=1)
