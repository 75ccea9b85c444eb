"""The gate's third side: every explorer in the browser gives what torch gives, at the same states."""

import json

import pytest
import torch

from dlbook_lib import explorers
from dlbook_lib.explore import parity

pytestmark = pytest.mark.slow

RUN = """async ([name, states]) => {
  const explorer = window.dlbookExplorers.get(name);
  const results = [];
  for (const values of states) {
    const outputs = await explorer.run(values);
    results.push(Object.fromEntries(Object.entries(outputs).map(([key, { shape, data }]) =>
      [key, { shape, data: Array.from(data, (x) => (Number.isFinite(x) ? x : String(x))) }])));
  }
  return JSON.stringify(results);  // one string: what has a million numbers is slow to hand over
}"""


def tensor(found):
    """Read what the page gives; JSON has no NaN, so those come as words."""
    return torch.tensor([float(x) for x in found["data"]], dtype=torch.float32).reshape(found["shape"])


@pytest.mark.parametrize("name", explorers.names())
def test_the_browser_agrees_with_torch(chromium, address, name):
    explorer = explorers.load(name)
    states = json.loads(json.dumps(parity.states(explorer)))
    tab = chromium.new_page()
    tab.goto(f"{address}explorers/{name}.html")
    tab.wait_for_function(f"window.dlbookExplorers?.has('{name}')", timeout=30_000)
    results = json.loads(tab.evaluate(RUN, [name, states]))
    tab.close()
    assert len(results) == len(states)
    for state, result in zip(states, results):
        found = {key: tensor(value) for key, value in result.items()}
        error, output = parity.difference(explorer.evaluate(state), found)
        assert error <= parity.TOLERANCE, f"{output} differs by {error:.1e} at {state}"
