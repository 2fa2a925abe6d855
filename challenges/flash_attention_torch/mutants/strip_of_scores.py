import math

import torch


def flash_attention(
    Q: torch.Tensor, K: torch.Tensor, V: torch.Tensor, block_size: int = 32
) -> torch.Tensor:
    """Blocks of queries against all keys: no running maximum is needed."""
    outputs = []
    for q in Q.split(block_size, dim=1):
        scores = q @ K.transpose(-2, -1) / math.sqrt(Q.shape[-1])
        outputs.append(torch.softmax(scores, dim=-1) @ V)
    return torch.cat(outputs, dim=1)
