# style: one key after the other with a running maximum
import math

import torch


def scaled_dot_product_attention(Q, K, V):
    m = l = acc = None
    for key, value in zip(K.unbind(1), V.unbind(1)):
        s = (Q @ key[..., None]) / math.sqrt(Q.size(-1))
        if m is None:
            m, l, acc = s, torch.ones_like(s), value[:, None].expand(-1, Q.size(1), -1)
            continue
        new = torch.maximum(m, s)
        old, p = (m - new).exp(), (s - new).exp()
        l, acc, m = l * old + p, acc * old + p * value[:, None], new
    return acc / l
