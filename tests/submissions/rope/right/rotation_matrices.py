# style: a block-diagonal rotation matrix for every position, multiplied by einsum
import math

import torch


def rotations(length, width):
    matrices = torch.zeros(length, width, width, dtype=torch.float64)
    for pos in range(length):
        for i in range(width // 2):
            angle = pos * math.pow(10000.0, -2 * i / width)
            c, s = math.cos(angle), math.sin(angle)
            a, b = 2 * i, 2 * i + 1
            matrices[pos, a, a] = c
            matrices[pos, a, b] = -s
            matrices[pos, b, a] = s
            matrices[pos, b, b] = c
    return matrices


def apply_rope(q, k):
    result = []
    for x in (q, k):
        matrices = rotations(x.shape[-2], x.shape[-1]).to(x.dtype)
        result.append(torch.einsum("sij,...sj->...si", matrices, x))
    return result[0], result[1]
