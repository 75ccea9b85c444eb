"""Generators of pictures, points and texts: diffusion, its relatives, and the measures of what they make.

Files, in the order of the chapters::

    boltzmann      the restricted Boltzmann machine, exact where it is small, and contrastive divergence
    belief_net     machines stacked into a deep belief net, and a classifier that starts from it
    schedules      how fast a diffusion forgets
    forward        into the noise: one step, many, and the jump
    reverse        the step back when the clean example is known, and its mean written through the noise
    exact          data whose noise is known exactly, the yardstick for everything learned
    elbo           the bound, in closed form, by drawing, and as that of a hierarchical autoencoder
    denoiser       time as waves, and the smallest network that can denoise
    ddpm           the loss, the training loop, the sampler with fresh noise
    score          scores, Tweedie's formula, denoising score matching
    sde            continuous time: noising, and the two ways back
    ddim           few steps without fresh noise
    guidance       exaggerating a condition
    flow_matching  straight lines from noise to data
    discrete       transition matrices in place of Gaussian noise
    masked         hiding and unveiling letters
    unet           a small U-Net with attention
    latent         an autoencoder to diffuse in
    captions       three encoders of captions, and a denoiser that follows them
    rivals         a variational autoencoder and an adversarial pair, for comparison
    distances      Fréchet distance, kernel distance, coverage and precision

Shape letters: B batch, D dimensions, C channels, H and W height and width, T steps of a chain, K classes,
symbols or centres.
"""
