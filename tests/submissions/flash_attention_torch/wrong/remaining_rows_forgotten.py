# mistake: S // block_size whole blocks only, what is left over at the end is neither read nor written | fails: any_length_fits_any_block | misconception: none
import torch


def flash_attention(Q, K, V, block_size=32):
    B, S, D = Q.shape
    O = torch.zeros_like(V)
    n_blocks = max(1, S // block_size)
    for i in range(n_blocks):
        qs = slice(i * block_size, (i + 1) * block_size)
        m = l = acc = None
        for j in range(n_blocks):
            ks = slice(j * block_size, (j + 1) * block_size)
            s = torch.einsum("bqd,bkd->bqk", Q[:, qs], K[:, ks]) * D**-0.5
            top = s.amax(-1, keepdim=True)
            if m is None:
                m, p = top, (s - top).exp()
                l, acc = p.sum(-1, keepdim=True), p @ V[:, ks]
                continue
            new = torch.maximum(m, top)
            p, c = (s - new).exp(), (m - new).exp()
            m, l, acc = new, l * c + p.sum(-1, keepdim=True), acc * c + p @ V[:, ks]
        O[:, qs] = acc / l
    return O
