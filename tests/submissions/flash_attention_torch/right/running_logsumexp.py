# style: the output is kept normalised, with a running logsumexp; blocks written into an empty O
import torch


def flash_attention(Q: torch.Tensor, K: torch.Tensor, V: torch.Tensor, block_size: int = 32):
    n, d = Q.shape[1], Q.shape[2]
    O = torch.zeros(Q.shape[0], n, V.shape[2], dtype=Q.dtype)
    for start in range(0, n, block_size):
        stop = min(start + block_size, n)
        query = Q[:, start:stop] * d**-0.5
        out = torch.zeros(Q.shape[0], stop - start, V.shape[2], dtype=Q.dtype)
        lse = torch.full((Q.shape[0], stop - start, 1), float("-inf"), dtype=Q.dtype)
        for first in range(0, K.shape[1], block_size):
            keys, values = K[:, first : first + block_size], V[:, first : first + block_size]
            scores = torch.einsum("bqd,bkd->bqk", query, keys)
            here = torch.logsumexp(scores, dim=-1, keepdim=True)
            total = torch.logaddexp(lse, here)
            out = out * torch.exp(lse - total) + torch.exp(scores - total) @ values
            lse = total
        O[:, start:stop] = out
    return O
