"""What goes on for long lets the page do something else between its slices."""

from pathlib import Path

from playwright.sync_api import Browser, Route

SOURCES = Path(__file__).parents[2] / "web" / "src"
SEVERAL = """
async () => {
  let messages = 0;
  // Each message is a task.
  window.MessageChannel = class extends MessageChannel {
    constructor() {
      super();
      this.port1.addEventListener("message", () => (messages += 1));
    }
  };
  const { pause } = await import("/dom.js");
  const goneOn = [];
  const slices = async (name) => {
    for (let slice = 0; slice < 3; slice += 1) {
      await pause();
      goneOn.push([name, messages]);
    }
  };
  await Promise.all(["A", "B", "C"].map(slices));
  return goneOn;
}
"""


def test_of_several_that_pause_each_goes_on_in_a_task_of_its_own(browser: Browser) -> None:
    def answer(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name:
            route.fulfill(path=SOURCES / name, content_type="text/javascript")
        else:
            route.fulfill(body="<!doctype html>", content_type="text/html")

    page = browser.new_page()
    page.route("http://sources.example/**", answer)
    page.goto("http://sources.example/")

    gone_on = page.evaluate(SEVERAL)
    page.close()

    assert gone_on == [["ABC"[number % 3], number + 1] for number in range(9)]
