# mistake: positions are counted from 1, so that the first one is turned already | fails: queries_are_turned_by_their_angles | misconception: positions_from_one
import math

import torch


def angles(length, width, dtype):
    table = [
        [(p + 1) * math.exp(-math.log(10000.0) * 2 * i / width) for i in range(width // 2)]
        for p in range(length)
    ]
    return torch.tensor(table, dtype=torch.float64).reshape(length, width // 2)


def turn(x):
    theta = angles(x.shape[-2], x.shape[-1], x.dtype)
    cos, sin = theta.cos().to(x.dtype), theta.sin().to(x.dtype)
    even, odd = x[..., 0::2], x[..., 1::2]
    turned = torch.empty_like(x)
    turned[..., 0::2] = even * cos - odd * sin
    turned[..., 1::2] = even * sin + odd * cos
    return turned


def apply_rope(q, k):
    return turn(q), turn(k)
