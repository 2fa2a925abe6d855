# style: the length by torch.linalg.vector_norm in a wider type, the product by einsum
import torch


def rms_norm(x: torch.Tensor, weight: torch.Tensor, eps: float = 1e-6) -> torch.Tensor:
    wide = torch.promote_types(x.dtype, torch.float32)
    length = torch.linalg.vector_norm(x, dim=-1, dtype=wide)
    factor = (length * length / x.shape[-1] + eps) ** -0.5
    result = torch.einsum("...d,...,d->...d", x.to(wide), factor, weight.to(wide))
    return result.type_as(x)
