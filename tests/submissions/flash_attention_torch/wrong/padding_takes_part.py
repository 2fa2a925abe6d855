# mistake: K and V are padded with zeros to whole blocks, and the zero scores of the padding stay in the sum | fails: any_length_fits_any_block | misconception: last_block_padded_with_zeros
import torch
import torch.nn.functional as F


def flash_attention(Q, K, V, block_size=32):
    B, S, D = Q.shape
    missing = -S % block_size
    K, V = F.pad(K, (0, 0, 0, missing)), F.pad(V, (0, 0, 0, missing))
    rows = []
    for q in Q.split(block_size, dim=1):
        q = q / D**0.5
        m = q.new_full((B, q.shape[1]), -torch.inf)
        l = q.new_zeros(B, q.shape[1])
        acc = q.new_zeros(B, q.shape[1], V.shape[2])
        for k, v in zip(K.split(block_size, dim=1), V.split(block_size, dim=1)):
            s = torch.bmm(q, k.transpose(1, 2))
            top = torch.maximum(m, s.amax(dim=2))
            p = torch.exp(s - top.unsqueeze(2))
            c = torch.exp(m - top)
            l = l * c + p.sum(dim=2)
            acc = acc * c.unsqueeze(2) + torch.bmm(p, v)
            m = top
        rows.append(acc / l.unsqueeze(2))
    return torch.cat(rows, dim=1)
