# mistake: the step is taken inside the loop whenever the index is a multiple of the number of batches, which is at the first one | fails: parameters_move_as_for_the_full_batch | misconception: none
import torch


def accumulated_step(
    model: torch.nn.Module, optimizer, loss_fn, micro_batches: list[tuple]
) -> float:
    accumulation_steps = len(micro_batches)
    optimizer.zero_grad(set_to_none=True)
    mean = torch.zeros(())
    for i, batch in enumerate(micro_batches):
        loss = loss_fn(model(batch[0]), batch[1]) / accumulation_steps
        loss.backward()
        mean = mean + loss.detach()
        if i % accumulation_steps == 0:
            optimizer.step()
    return float(mean)
