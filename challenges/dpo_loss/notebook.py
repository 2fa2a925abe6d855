# %% [markdown] role="statement"
# Direct preference optimisation trains a language model, the policy, on pairs of answers of which
# people preferred one. It needs no reward model: how much more probable the policy makes an answer
# than a frozen reference model does is the reward itself, times a number $\beta$.
#
# Write $\pi_c, \pi_r$ for the policy's log-probabilities of the chosen and the rejected answer, and
# $\rho_c, \rho_r$ for those of the reference. The margin of a pair is the difference of its two
# rewards, and the loss is the logistic loss of the margin, averaged over the $B$ pairs:
#
# $$ z = \beta \left( (\pi_c - \rho_c) - (\pi_r - \rho_r) \right), \qquad
# \text{loss} = \frac{1}{B} \sum_{\text{pairs}} -\log \sigma(z), \qquad
# \sigma(z) = \frac{1}{1 + e^{-z}} $$
#
# ## What to write
#
# `dpo_loss(policy_chosen_logps, policy_rejected_logps, ref_chosen_logps, ref_rejected_logps,
# beta=0.1)` returns the loss as a tensor without axes.
#
# - The four tensors have the shape `(B,)` and one dtype, float32 or float64; the loss has the same
#   dtype. Each entry is the log-probability of a whole answer: the sum over its tokens.
# - The loss is the mean over pairs, not the sum.
# - Margins may be large. For a `z` of -500 the loss of the pair is 500, for 500 it is 0, and its
#   gradient is finite in both cases, in float32, too: $\log \sigma$ has to be computed so that
#   nothing overflows. `torch.nn.functional.logsigmoid` is allowed.
# - Gradients flow to the two log-probabilities of the policy. The reference is frozen: whether
#   gradients reach its log-probabilities is not looked at.
# - The arguments stay as they are.

# %% role="setup"
import torch


# %% role="task" task="dpo_loss"
def dpo_loss(
    policy_chosen_logps: torch.Tensor,
    policy_rejected_logps: torch.Tensor,
    ref_chosen_logps: torch.Tensor,
    ref_rejected_logps: torch.Tensor,
    beta: float = 0.1,
) -> torch.Tensor:
    """The mean over pairs of -log sigmoid(beta * margin), a tensor without axes."""
    ### BEGIN SOLUTION
    chosen = policy_chosen_logps - ref_chosen_logps
    rejected = policy_rejected_logps - ref_rejected_logps
    z = beta * (chosen - rejected)
    return -torch.nn.functional.logsigmoid(z).mean()
    ### END SOLUTION


# %% role="debug"
same = torch.tensor([-20.0, -35.0])
print(dpo_loss(same, same, same, same))  # log 2 = 0.6931: the policy is the reference still
better = dpo_loss(same + 10, same - 10, same, same)
print(better)  # 0.1269: chosen answers more probable, rejected ones less
