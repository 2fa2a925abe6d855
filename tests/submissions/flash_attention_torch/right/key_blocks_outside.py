# style: key blocks outside, lists of states for the query blocks, transposed scores
import torch


def flash_attention(Q, K, V, block_size=32):
    scale = Q.shape[-1] ** -0.5
    wide = torch.float32 if Q.dtype in (torch.bfloat16, torch.float16) else Q.dtype
    queries = [q.to(wide) for q in Q.split(block_size, dim=1)]
    states = [None] * len(queries)
    for k, v in zip(K.split(block_size, dim=1), V.split(block_size, dim=1)):
        k, v = k.to(wide), v.to(wide)
        for n, q in enumerate(queries):
            s = (k @ q.mT) * scale
            top = s.amax(1)
            if states[n] is not None:
                top = torch.maximum(top, states[n][0])
            p = (s - top.unsqueeze(1)).exp()
            l, acc = p.sum(1), p.mT @ v
            if states[n] is not None:
                m_old, l_old, acc_old = states[n]
                c = (m_old - top).exp()
                l, acc = l + c * l_old, acc + c.unsqueeze(-1) * acc_old
            states[n] = top, l, acc
    return torch.cat([acc / l.unsqueeze(-1) for _, l, acc in states], dim=1).to(Q.dtype)
