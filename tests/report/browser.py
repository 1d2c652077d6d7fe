"""A headless Chromium over the WebDriver protocol of its chromedriver, with the standard library alone."""

import json
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1280,1000",
]
PATIENCE = 60
"""Seconds that anything is waited for before a test fails. Only a test that fails waits so long."""


def found(*names: str) -> str:
    """The path of a program, under one of its names."""
    for name in names:
        if path := shutil.which(name):
            return path
    raise RuntimeError(f"{names[0]} is not installed, and without it nothing is tested: apt-get install chromium chromium-driver")


class Browser:
    """One browser with one window, which notes every request and every message of the console."""

    def __init__(self) -> None:
        self.profile = tempfile.mkdtemp(prefix="report-chromium-")
        # It chooses a free port itself, and says which.
        self.driver = subprocess.Popen(
            [found("chromedriver"), "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.port = self._port()
        self.session = ""
        capabilities = {
            "browserName": "chrome",
            "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "goog:chromeOptions": {
                "binary": found("chromium", "chromium-browser", "google-chrome"),
                "args": [*FLAGS, f"--user-data-dir={self.profile}"],
                "perfLoggingPrefs": {"enableNetwork": True},
            },
        }
        made = self._call("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
        self.session = f"/session/{made['sessionId']}"

    def _port(self) -> int:
        for line in self.driver.stdout:
            if "started successfully on port" in line:
                return int(line.rstrip(". \n").rsplit(" ", 1)[1])
        raise RuntimeError("chromedriver ended before it had a port")

    def _call(self, method: str, path: str, body: Any = None) -> Any:
        data = None if method == "GET" else json.dumps({} if body is None else body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(json.load(error)["value"]["message"].splitlines()[0]) from None

    def close(self) -> None:
        """Ends the browser and its driver."""
        try:
            if self.session:
                self._call("DELETE", self.session)
        finally:
            self.driver.terminate()
            self.driver.wait(PATIENCE)
            self.driver.stdout.close()
            shutil.rmtree(self.profile, ignore_errors=True)

    def open(self, file: Path, fragment: str = "") -> None:
        """Opens a file from the disk, as if for the first time."""
        self._call("POST", f"{self.session}/url", {"url": "about:blank"})
        self.messages()
        self.requests()
        self._call("POST", f"{self.session}/url", {"url": file.resolve().as_uri() + fragment})

    def run(self, script: str, *args: Any) -> Any:
        """What a piece of JavaScript returns."""
        return self._call("POST", f"{self.session}/execute/sync", {"script": script, "args": list(args)})

    def cdp(self, command: str, **params: Any) -> Any:
        """A command of Chromium's own."""
        return self._call("POST", f"{self.session}/goog/cdp/execute", {"cmd": command, "params": params})

    def press(self, *keys: str) -> None:
        """Presses keys, one after the other, wherever the focus is."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._call("POST", f"{self.session}/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def click(self, selector: str) -> None:
        """Clicks the first element."""
        found = self._call("POST", f"{self.session}/element", {"using": "css selector", "value": selector})
        self._call("POST", f"{self.session}/element/{found[ELEMENT]}/click")

    def screenshot(self) -> str:
        """What is seen, as a PNG in base64."""
        return self._call("GET", f"{self.session}/screenshot")

    def messages(self) -> list[str]:
        """What the console said since the last call."""
        return [entry["message"] for entry in self._call("POST", f"{self.session}/se/log", {"type": "browser"})]

    def requests(self) -> list[str]:
        """What was asked for since the last call."""
        log = self._call("POST", f"{self.session}/se/log", {"type": "performance"})
        events = [json.loads(entry["message"])["message"] for entry in log]
        return [event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"]

    def verdict(self) -> str:
        """Waits for the end of the check, and gives its verdict."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            verdict = self.run("return document.documentElement.dataset.check ?? ''")
            if verdict not in ("", "running"):
                return verdict
            time.sleep(0.02)
        raise AssertionError("the check does not end")
