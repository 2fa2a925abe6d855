# style: the order by Python, the draw by Gumbel noise and argmax, in float64
import torch


def sample_top_k_top_p(logits, top_k=0, top_p=1.0, temperature=1.0):
    z = logits.double() / temperature
    n = z.numel()
    k = min(top_k, n) if top_k else n
    order = sorted(range(n), key=lambda i: (-z[i].item(), i))[:k]
    z = z[order]
    p = (z - z.logsumexp(0)).exp()
    size = 1 + int((p.cumsum(0)[:-1] < top_p).sum()) if top_p < 1 else k
    uniform = torch.rand(size, dtype=torch.float64).clamp_min(1e-300)
    return order[int((z[:size] - (-uniform.log()).log()).argmax())]
