// Latest wins: one job at a time, at most one in each frame; of those that wait only the newest is done.

import { nextFrame } from "./dom.mjs";

/** @template Job */
export class LatestWins {
  /** @param {(job: Job) => Promise<void>} work */
  constructor(work) {
    this.work = work;
    this.dropped = 0;
    this.busy = false;
    /** @type {Promise<void> | null} */
    this.working = null;
    /** @type {Job | null} */
    this.waiting = null;
    /** @type {(() => void)[]} */
    this.promised = [];
  }

  /** Ask for a job; resolves when it, or a newer one in its place, is done. @param {Job} job @returns {Promise<void>} */
  push(job) {
    if (this.waiting) this.dropped += 1;
    this.waiting = job;
    const done = new Promise((resolve) => this.promised.push(() => resolve(undefined)));
    this.pump();
    return done;
  }

  /** Resolves when all that was asked for is done. @returns {Promise<void>} */
  async settled() {
    while (this.waiting || this.working) await this.working;
  }

  async pump() {
    if (this.busy) return;
    this.busy = true;
    while (this.waiting) {
      const [job, promised] = [this.waiting, this.promised];
      [this.waiting, this.promised] = [null, []];
      const frame = nextFrame();
      this.working = this.work(job);
      await this.working;
      this.working = null;
      promised.forEach((resolve) => resolve());
      await frame;
    }
    this.busy = false;
  }
}
