"""A page with one explorer in a real browser, and all that it asks for and complains of."""

import json

import numpy as np

# Warnings about the tests, which read pixels, and about a machine without a graphics card.
FOREIGN = ("willReadFrequently", "GL Driver Message")


class Visit:
    """A page with one explorer, opened until the explorer is drawn."""

    def __init__(self, context, address, name, query=""):
        self.tab = context.new_page()
        self.requests, self.complaints, self.name = [], [], name
        self.tab.on("request", lambda request: self.requests.append(request.url))
        self.tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.tab.on("console", self._hear)
        self.tab.goto(f"{address}{name}.html{query}")
        self.tab.locator(".dlbook-explorer[data-drawn]").wait_for(timeout=20_000)

    def _hear(self, message):
        ours = not any(words in message.text for words in FOREIGN)
        if message.type in ("error", "warning") and ours:
            self.complaints.append(message.text)

    def js(self, code):
        """Evaluate code in which E is the explorer's handle."""
        return self.tab.evaluate(
            f"(async () => {{ const E = dlbookExplorers.get('{self.name}'); {code} }})()"
        )

    def set(self, **values):
        self.js(f"await E.set({json.dumps(values)})")

    def value(self, name):
        return self.js(f"return E.values['{name}']")

    def wait_for_output(self, name, expected):
        """Wait until an output is what it should be, then return."""
        self.tab.wait_for_function(
            "([explorer, name, wanted]) => { const o = dlbookExplorers.get(explorer).outputs[name];"
            " return o.data.length === wanted.length"
            " && wanted.every((w, i) => Math.abs(o.data[i] - w) < 1e-5) }",
            arg=[self.name, name, list(map(float, np.ravel(expected)))],
            timeout=15_000,
        )

    def text(self, selector):
        return self.tab.locator(selector).first.inner_text()

    @property
    def engine_requests(self):
        return [url for url in self.requests if "/ort/" in url or url.endswith(".onnx")]
