# mistake: logspace makes the frequencies, and its last one is 1/10000 itself | fails: queries_are_turned_by_their_angles | misconception: speeds_reach_the_end
import torch


def apply_rope(q, k):
    out = []
    for x in (q, k):
        n_pairs = x.size(-1) // 2
        omega = torch.logspace(0, -4, n_pairs, dtype=torch.float64)
        t = torch.arange(x.size(-2), dtype=torch.float64)
        angle = torch.einsum("s,i->si", t, omega)
        spin = torch.polar(torch.ones_like(angle), angle)
        z = torch.complex(x[..., ::2].double(), x[..., 1::2].double()) * spin
        out.append(torch.stack([z.real, z.imag], -1).reshape(x.shape).to(x.dtype))
    return tuple(out)
